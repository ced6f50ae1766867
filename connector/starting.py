"""What every command begins with: the settings are read and the logs set up."""

from __future__ import annotations

from connector.company_settings import in_force
from connector.logs import set_up_logs
from connector.servers import connector_server
from connector.settings import Settings, read_settings


def start() -> Settings:
    """The settings, with logs set up as they say; raises SettingsError."""
    settings = read_settings()
    set_up_logs(settings.roadbook_log_format, settings.roadbook_log_level)
    return settings


def start_in_force() -> Settings:
    """The same with what an admin chose in the place of the environment's; raises SettingsError, CouchError."""
    settings = start()
    return in_force(settings, connector_server(settings))
