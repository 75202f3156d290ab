"""What other platforms have and Telegram has not; each says so."""

from sandbox.surface import Command, Form, Home, SurfaceError


class WithoutForms:
    async def complete(
        self, person: str, room: str, name: str, option: str, typed: str
    ) -> list[tuple[str, str]]:
        return []

    def shortcuts(self, person: str) -> list[Command]:
        return []

    async def shortcut(self, person: str, room: str, message: str, name: str) -> None:
        raise SurfaceError("Telegram has no message shortcuts; use a command or a button.")

    def form(self, person: str) -> Form | None:
        return None

    async def submit(self, person: str, form: str, values: dict[str, str]) -> None:
        raise SurfaceError("Telegram bots show no forms; answer in the chat.")

    async def open_home(self, person: str) -> Home | None:
        return None
