"""Paper: a page as PDF with the fonts of the house, and without asking the network for anything."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from weasyprint import CSS, HTML, URLFetcher
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcherResponse

STATIC = Path(settings.BASE_DIR) / "static"


class FromTheHouse(URLFetcher):
    """What a printed page may fetch: our own static files and what stands in the page itself."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The content of an address. Raises ValueError for anything outside the house."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        path = Path(url2pathname(parts.path)).resolve()
        if parts.scheme == "file" and path.is_relative_to(STATIC.resolve()):
            return super().fetch(url, headers)
        raise ValueError(f"Paper asks nobody outside: {parts.scheme}://{parts.netloc}")


def pdf(html: str, *, styles: tuple[str, ...]) -> bytes:
    """``html`` as PDF; ``styles`` are paths below the static folder."""
    fonts, sheets = _styles(styles)
    page = HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=FromTheHouse())
    return page.write_pdf(stylesheets=list(sheets), font_config=fonts)


@lru_cache(maxsize=8)
def _styles(paths: tuple[str, ...]) -> tuple[FontConfiguration, tuple[CSS, ...]]:
    """Fonts and styles, read once: loading the fonts costs more than printing a page."""
    fonts = FontConfiguration()
    sheets = (CSS(filename=str(STATIC / path), font_config=fonts) for path in paths)
    return fonts, tuple(sheets)
