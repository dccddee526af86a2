"""What was sent to phones and mailboxes, in order."""

from dataclasses import dataclass

from sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that the gateway took. at: seconds since the epoch."""

    id: str
    phone: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the server took, its body decoded. at: seconds since the epoch."""

    id: str
    to: str
    sender: str
    subject: str
    text: str
    at: float


class LetterBoxes:
    """The SMS box and the mailbox. The same id is kept once, as the gateway delivers it once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.texts: list[Text] = []
        self.mails: list[Mail] = []

    def take_text(self, text_id: str, phone: str, text: str) -> None:
        """Deliver a text message."""
        if all(known.id != text_id for known in self.texts):
            self.texts.append(Text(text_id, phone, text, self._clock.now()))

    def take_mail(self, mail_id: str, to: str, sender: str, subject: str, text: str) -> None:
        """Deliver a mail."""
        if all((known.id, known.to) != (mail_id, to) for known in self.mails):
            self.mails.append(Mail(mail_id, to, sender, subject, text, self._clock.now()))
