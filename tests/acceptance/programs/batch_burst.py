"""A process that sends batches to QuickBooks as fast as it may: a line on standard output before and after each."""

from __future__ import annotations

import sys
import threading

from connector.connections import connection_of
from connector.quickbooks import BatchItem
from connector.servers import connector_server
from connector.settings import read_settings

if __name__ == "__main__":
    settings = read_settings()
    connection = connection_of(settings, connector_server(settings))
    numbers = iter(range(int(sys.argv[2])))
    lock = threading.Lock()

    def send() -> None:
        """Send batches until there are enough."""
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            connection.gateway.batch([BatchItem.query("SELECT * FROM Item MAXRESULTS 1")], f"{sys.argv[1]}-{number}")
            print("answered", flush=True)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
