"""Everything that belongs to one realm, put together once per process."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import SecretStr

from connector.errors import Disconnected
from connector.quickbooks.call_record import CallRecord
from connector.quickbooks.calls import Calls
from connector.quickbooks.claim import CLAIM_LIFE
from connector.quickbooks.gateway import Gateway
from connector.quickbooks.oauth import OAuth
from connector.quickbooks.pace import Pace
from connector.quickbooks.pace_record import PaceRecord
from connector.quickbooks.token_source import TokenSource
from connector.quickbooks.token_store import Documents, TokenStore
from connector.quickbooks.tokens import Tokens
from connector.quickbooks.transport import Transport
from connector.quickbooks.upkeep import Upkeep


class Connection:
    """A realm's gateway with its pace, its tokens and the app's sign-in. Building it sends nothing."""

    def __init__(
        self,
        environment: str,
        realm: str,
        database: Documents,
        *,
        client_id: str,
        client_secret: SecretStr,
        redirect_uri: str,
        secret_keys: Sequence[SecretStr],
        posters: int = 4,
        claim_life: float = CLAIM_LIFE,
        before_writing: Callable[[], None] = lambda: None,
    ) -> None:
        self.realm = realm
        self.environment = environment
        self._upkeep = Upkeep([lambda: self.pace.tick(), lambda: self.calls.tick()])
        self.calls = Calls(CallRecord(database, realm), counted=self._upkeep.wake)
        self.oauth = OAuth(
            environment, client_id, client_secret, redirect_uri, counting=lambda: self.calls.counting("token")
        )
        self.store = TokenStore(database, secret_keys)
        self.tokens = TokenSource(realm, self.store, self.oauth, claim_life=claim_life)
        self.pace = Pace(posters, record=PaceRecord(database, realm), claimed=self._upkeep.wake)
        self._transport = Transport(
            environment, realm, self.tokens, self.pace, calls=self.calls, before_writing=before_writing
        )
        self.gateway = Gateway(self._transport)
        # A command ends without ceremony; what it had claimed would be missed by other processes for a minute.
        atexit.register(self.close)

    def company_opened_by(self, tokens: Tokens) -> dict[str, Any]:
        """The company that tokens open before they are kept anywhere; raises as `Gateway.company` does."""
        transport = Transport(self.environment, self.realm, OneToken(tokens.access_token), self.pace, calls=self.calls)
        try:
            return Gateway(transport).company()
        finally:
            transport.close()

    def close(self) -> None:
        """Let nobody wait in the pace any more (QuickBooksUnreachable) and close the connections."""
        atexit.unregister(self.close)
        self.tokens.close()
        self._upkeep.stop()
        self.pace.close()
        self.calls.close()
        self._transport.close()
        self.oauth.close()


class OneToken:
    """An access token as it was granted; there is no other one."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self) -> str:
        """The token."""
        return self._token

    def renew(self, refused: str) -> str:
        """Nothing can replace it; raises Disconnected."""
        raise Disconnected("QuickBooks does not accept the sign-in that Intuit has just granted")
