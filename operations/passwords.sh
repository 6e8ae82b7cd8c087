#!/bin/sh
# Makes the passwords of the database roles in docker-compose.yml, a file each:  sh operations/passwords.sh [FOLDER]
# A file that exists is left alone. To change a password: remove its file, run this again, then docker compose up --detach.
set -eu
folder="${1:-secrets}"
# Nobody else gets through the folder. The files themselves are open, since Compose mounts each as it is, and the users of
# the containers are not the one who runs this.
mkdir -p "$folder"
chmod 700 "$folder"

fresh() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep() {
  file="$folder/$1"
  test -e "$file" && return
  printf "$2" "$(fresh)" > "$file.new"
  chmod 644 "$file.new"
  mv "$file.new" "$file"
  echo "made $file"
}

# These two images know no service file.
for role in postgres temporal; do keep "$role" '%s\n'; done
# A service file of libpq. Unlike PGPASSFILE it may belong to another user than the one who reads it.
for role in records_owner worker reader catalog notification codec; do keep "$role" '[database]\npassword=%s\n'; done
