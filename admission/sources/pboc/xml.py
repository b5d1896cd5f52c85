"""The report read as XML from a stranger: without entities, document type or network."""

from lxml import etree

from admission.sources.errors import Unreadable

_PARSER_SETTINGS = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse(raw: bytes) -> etree._Element:
    """The root of the report. Raises Unreadable for anything else, whole or not."""
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise Unreadable("The report declares entities or a document type.")
    try:
        root = etree.fromstring(raw, etree.XMLParser(**_PARSER_SETTINGS))
    except etree.XMLSyntaxError as exc:
        raise Unreadable(f"The report is not XML: line {exc.lineno}.") from exc
    if root.getroottree().docinfo.doctype or root.tag != "Document":
        raise Unreadable("The document is not a credit report.")
    return root
