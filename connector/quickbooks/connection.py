"""Everything that belongs to one realm, put together once per process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import SecretStr

from connector.quickbooks.gateway import Gateway
from connector.quickbooks.oauth import OAuth
from connector.quickbooks.pace import Pace
from connector.quickbooks.token_source import TokenSource
from connector.quickbooks.tokens import Documents, TokenStore
from connector.quickbooks.transport import Transport


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
        before_writing: Callable[[], None] = lambda: None,
    ) -> None:
        self.realm = realm
        self.oauth = OAuth(environment, client_id, client_secret, redirect_uri)
        self.store = TokenStore(database, secret_keys)
        self.tokens = TokenSource(realm, self.store, self.oauth)
        self.pace = Pace(posters)
        self._transport = Transport(environment, realm, self.tokens, self.pace, before_writing=before_writing)
        self.gateway = Gateway(self._transport)

    def close(self) -> None:
        """Let nobody wait in the pace any more (QuickBooksUnreachable) and close the connections."""
        self.pace.close()
        self._transport.close()
        self.oauth.close()
