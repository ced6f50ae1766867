#!/bin/bash
# Starts CouchDB in its image, with one addition: the server's uuid comes from the environment. The image would draw a
# new one whenever the container is replaced, and with another uuid every device replicates from the beginning.
set -euo pipefail

if ! [[ "${COUCHDB_UUID:-}" =~ ^[0-9a-f]{32}$ ]]; then
  echo "COUCHDB_UUID must be 32 hexadecimal digits, for example from: openssl rand -hex 16" >&2
  exit 78
fi
printf '[couchdb]\nuuid = %s\n' "$COUCHDB_UUID" > "${COUCHDB_CONFIGURATION:-/opt/couchdb/etc/local.d}/20-uuid.ini"
exec "${COUCHDB_ENTRYPOINT:-/docker-entrypoint.sh}" /opt/couchdb/bin/couchdb
