#!/usr/bin/env bash
# Makes Orleans' tables (members, reminders, hints) in the catalogue's database: fetches Orleans' own SQL scripts of the version
# that the program is built with, and applies those that the database has not. Safe to run again, and while members run.
#
#   deploy/orleans-schema.sh "Host=db;Database=footage;Username=clustersearch"
#   deploy/orleans-schema.sh postgres://clustersearch@db/footage
#   deploy/orleans-schema.sh --from DIR WHERE     scripts from a checkout of github.com/dotnet/orleans, where this host reaches no other
#
# The password is found where psql finds it: PGPASSWORD, ~/.pgpass. Needs psql, and curl unless --from is given.
set -euo pipefail

# Of Microsoft.Orleans.* in Directory.Packages.props.
readonly version=10.4.2
readonly source=https://raw.githubusercontent.com/dotnet/orleans/v$version

# Path in Orleans' repository, and one of the last statements that the script adds: its being there says that the script was applied.
readonly scripts=(
  'src/AdoNet/Shared/PostgreSQL-Main.sql -'
  'src/AdoNet/Orleans.Clustering.AdoNet/PostgreSQL-Clustering.sql MembershipReadAllKey'
  'src/AdoNet/Orleans.Clustering.AdoNet/Migrations/PostgreSQL-Clustering-3.7.0.sql CleanupDefunctSiloEntriesKey'
  'src/AdoNet/Orleans.Reminders.AdoNet/PostgreSQL-Reminders.sql UpsertReminderRowKey'
  'src/AdoNet/Orleans.Streaming.AdoNet/PostgreSQL-Streaming.sql QueueStreamMessageKey'
)

die() {
  printf 'orleans-schema: %s\n' "$1" >&2
  exit "${2:-1}"
}

from=
if [[ ${1:-} == --from ]]; then
  from=${2:-}
  [[ -d $from ]] || die "--from: there is no folder '$from'" 2
  shift 2
fi
[[ $# -eq 1 && $1 != -* ]] || die 'expected one catalogue: "Host=…;Database=…" or postgres://user@host/database' 2
command -v psql >/dev/null || die 'psql is needed: apt-get install postgresql-client'
[[ -n $from ]] || command -v curl >/dev/null || die 'curl is needed, or --from with a checkout of github.com/dotnet/orleans'

# The catalogue's own words for libpq's. The schema is the archive's, as the program has it.
schema=clustersearch
target=$1
if [[ $1 == *://* ]]; then
  if [[ $1 =~ [?\&]schema=([a-z_][a-z0-9_]*) ]]; then
    schema=${BASH_REMATCH[1]}
    target=$(sed -E 's/([?&])schema=[^&]*&?/\1/; s/[?&]$//' <<<"$1")
  fi
else
  target=
  IFS=';' read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    [[ -n ${part// /} ]] || continue
    key=${part%%=*} value=${part#*=}
    key=$(tr '[:upper:]' '[:lower:]' <<<"$key" | tr -d ' ')
    case $key in
      host | server) key=host ;;
      database | db) key=dbname ;;
      username | userid | user) key=user ;;
      port | password) ;;
      sslmode) value=$(tr '[:upper:]' '[:lower:]' <<<"$value" | sed 's/^verifyca$/verify-ca/; s/^verifyfull$/verify-full/') ;;
      rootcertificate) key=sslrootcert ;;
      schema | searchpath) schema=$value; continue ;;
      *) continue ;;
    esac
    value=${value//\\/\\\\}
    target+="$key='${value//\'/\\\'}' "
  done
fi

query() { PGOPTIONS="-c search_path=$schema -c client_min_messages=warning" psql -X -q -v ON_ERROR_STOP=1 -A -t -d "$target" "$@"; }

query -c 'SELECT 1' >/dev/null || die 'the database does not answer; the line above says why'
query -c "CREATE SCHEMA IF NOT EXISTS \"$schema\"" 2>/dev/null

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
applied=0
for entry in "${scripts[@]}"; do
  read -r path key <<<"$entry"
  if [[ $(query -c "SELECT to_regclass('orleansquery') IS NOT NULL") == t ]]; then
    [[ $key != - ]] || continue
    [[ $(query -c "SELECT count(*) FROM orleansquery WHERE querykey = '$key'") == 0 ]] || continue
  fi
  file=$work/$(basename -- "$path")
  if [[ -n $from ]]; then
    cp -- "$from/$path" "$file" || die "$from is no checkout of Orleans $version: $path is missing"
  else
    curl -fsSL --retry 3 -o "$file" "$source/$path" || die "$source/$path could not be fetched"
  fi
  # Whole or not at all.
  query -1 -f "$file" >/dev/null || die "$path could not be applied; the lines above say why"
  applied=$((applied + 1))
done
printf 'orleans-schema: %d scripts of Orleans %s applied, %d were there\n' "$applied" "$version" $((${#scripts[@]} - applied))
