"""Takes mail and keeps each one as a JSON file, for the end-to-end tests: mail_catcher.py PORT FOLDER [starttls|implicit CERTIFICATE KEY USER PASSWORD].

With a certificate it speaks TLS, when asked by STARTTLS or from the beginning on, and then asks for that user and password.
"""

import email
import email.policy
import itertools
import json
import os
import pathlib
import signal
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Keep:
    """Keeps what comes: envelope, headers by name, text."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.numbers = itertools.count(len(list(self.folder.glob("*.json"))) + 1)

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        kept = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "hello": session.host_name, "headers": [[name, str(value)] for name, value in message.items()]}
        kept["text"] = message.get_content()
        unfinished = self.folder / "unfinished"
        unfinished.write_text(json.dumps(kept))
        os.rename(unfinished, self.folder / f"{next(self.numbers):03}.json")
        return "250 kept"


def main(port, folder, tls=None, certificate=None, key=None, user=None, password=None):
    options = {}
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        wanted = LoginPassword(user.encode(), password.encode())
        by = {"starttls": {"tls_context": context, "require_starttls": True}, "implicit": {"ssl_context": context, "auth_require_tls": False}}
        options = {**by[tls], "auth_required": True}
        options["authenticator"] = lambda server, session, envelope, mechanism, said: AuthResult(success=said == wanted, handled=False)
    controller = Controller(Keep(folder), hostname="127.0.0.1", port=int(port), **options)
    controller.start()
    print("ready", flush=True)
    signal.pause()


main(*sys.argv[1:])
