"""What every command begins with: the settings are read and the logs set up."""

from __future__ import annotations

from connector.logs import set_up_logs
from connector.settings import Settings, read_settings


def start() -> Settings:
    """The settings, with logs set up as they say; raises SettingsError."""
    settings = read_settings()
    set_up_logs(settings.roadbook_log_format, settings.roadbook_log_level)
    return settings
