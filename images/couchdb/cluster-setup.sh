#!/bin/sh
# Joins the CouchDB nodes into one cluster; safe to repeat. The first of COUCHDB_NODES coordinates.
# COUCHDB_NODES are full host names, each with a port if it is not 5984; every node runs as couchdb@<host name>.
set -eu

: "${COUCHDB_USER:?}" "${COUCHDB_PASSWORD:?}" "${COUCHDB_NODES:?}"

# call METHOD ADDRESS [JSON]: the body of the answer, then its status on a line of its own. The password is not in
# the arguments, where every process could read it.
call() {
  printf 'user = "%s:%s"\n' "$COUCHDB_USER" "$COUCHDB_PASSWORD" |
    curl --silent --show-error --max-time 60 --config - --request "$1" --header 'Content-Type: application/json' \
      ${3:+--data "$3"} --write-out '\n%{http_code}\n' "http://$2"
}

fail() {
  echo "cluster setup: $1" >&2
  exit 1
}

with_port() { case $1 in *:*) echo "$1" ;; *) echo "$1:5984" ;; esac; }

first=
count=0
for node in $COUCHDB_NODES; do
  first=${first:-$(with_port "$node")}
  count=$((count + 1))
done

case $(call GET "$first/_cluster_setup?ensure_dbs_exist=%5B%22_users%22%2C%22_replicator%22%2C%22_global_changes%22%5D") in
  *'"cluster_finished"'*) finished=yes ;;
  *) finished=no ;;
esac

for node in $COUCHDB_NODES; do
  answer=$(call PUT "$first/_node/_local/_nodes/couchdb@${node%%:*}" '{}')
  case $(echo "$answer" | tail -n 1) in
    201 | 202) echo "joined $node" ;;
    409) echo "$node is a member already" ;;
    *) fail "$node could not join: $answer" ;;
  esac
done

if [ "$finished" = no ]; then
  answer=$(call POST "$first/_cluster_setup" \
    '{"action":"finish_cluster","ensure_dbs_exist":["_users","_replicator","_global_changes"]}')
  case $(echo "$answer" | tail -n 1) in
    200 | 201) echo "finished the cluster" ;;
    *) fail "the cluster could not be finished: $answer" ;;
  esac
fi

members=$(call GET "$first/_membership" | head -n 1)
for node in $COUCHDB_NODES; do
  connected=${members%%'"cluster_nodes"'*}
  case $connected in
    *"\"couchdb@${node%%:*}\""*) ;;
    *) fail "couchdb@${node%%:*} is not connected: $members" ;;
  esac
done
echo "a cluster of $count nodes: $members"
