"""The live socket: it says that something changed, never what."""

from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from core import notices


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """One open page of one member of staff."""

    async def connect(self) -> None:
        """Listen for this person's and for everybody's nudges; strangers are turned away."""
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(code=4401)
            return
        self.groups = [notices.EVERYBODY, f"live.user.{user.pk}"]
        for group in self.groups:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Stop listening."""
        for group in self.groups or ():
            await self.channel_layer.group_discard(group, self.channel_name)

    async def live_nudge(self, event: dict[str, Any]) -> None:
        """Pass one nudge to the page."""
        await self.send_json(event["what"])
