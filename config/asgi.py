"""Pages, API and the live socket in one process (the demo), or the live socket alone (a bank)."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

from config import serving

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
serving.prepare()
pages = get_asgi_application()

from core.consumers import LiveConsumer  # noqa: E402 - models exist only after the line above

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/live/", LiveConsumer.as_asgi())]))
        ),
    }
)
serving.settle()
