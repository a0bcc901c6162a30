#!/bin/bash
# SQL-Ledger 3.2.6 (Debian package sql-ledger) on 127.0.0.1:8101, PostgreSQL on 127.0.0.1:5499 (own cluster).
# Idempotent. Usage: setup_sqlledger.sh [start|stop]   Needs root on Debian or a sister of it.
set -euo pipefail; TARGETS_DIR=${TARGETS_DIR:-/var/tmp/counterfoil-targets}; mkdir -p $TARGETS_DIR
PORT=${SL_PORT:-8101}; PGPORT=${TARGETS_PGPORT:-5499}; RUN=${TARGETS_DIR:-/var/tmp/counterfoil-targets}/run/sqlledger; DB=acme
ADMINPW=${SL_ADMINPW:-adminpw1}; USERPW=${SL_USERPW:-clerkpw1}
export DEBIAN_FRONTEND=noninteractive
URL="http://127.0.0.1:$PORT/sql-ledger/login.pl"

stop() {
  [ -f $RUN/apache.pid ] && kill "$(cat $RUN/apache.pid)" 2>/dev/null || true
  PGV=$(ls /usr/lib/postgresql | sort -V | tail -1); pg_ctlcluster "$PGV" targets stop -m fast 2>/dev/null || true
}
if [ "${1:-start}" = stop ]; then stop; exit 0; fi

need=""; for p in sql-ledger apache2 libdbd-pg-perl postgresql curl; do
  dpkg-query -W -f '${Status}' $p 2>/dev/null | grep >/dev/null 'install ok installed' || need="$need $p"; done
if [ -n "$need" ]; then apt-get update -qq; apt-get install -y -qq --no-install-recommends $need >${TARGETS_DIR:-/var/tmp/counterfoil-targets}/apt_sqlledger.log 2>&1; fi

mkdir -p $RUN /var/lib/sql-ledger/templates; chown www-data:www-data /var/lib/sql-ledger/templates
PGV=$(ls /usr/lib/postgresql | sort -V | tail -1)
pg_lsclusters -h | grep "^$PGV *targets " >/dev/null || pg_createcluster --locale C.UTF-8 -e UTF8 $PGV targets -p $PGPORT -- --auth-local=peer --auth-host=scram-sha-256 >/dev/null
CONF=/etc/postgresql/$PGV/targets/conf.d; mkdir -p $CONF; printf "fsync=off\nsynchronous_commit=off\nfull_page_writes=off\nlisten_addresses='127.0.0.1'\n" > $CONF/throwaway.conf   # throw-away data: ten times quicker set-up
pg_lsclusters -h | grep "^$PGV *targets " | grep >/dev/null online || pg_ctlcluster $PGV targets start
pgq() { su postgres -s /bin/sh -c "psql -p $PGPORT -Atq $*"; }
pgq "-d postgres -c \"select 1 from pg_roles where rolname='www-data'\"" | grep >/dev/null 1 || pgq "-d postgres -c 'create role \"www-data\" login createdb'"

cat > $RUN/apache.conf <<C
ServerRoot /etc/apache2
ServerName localhost
PidFile $RUN/apache.pid
Listen 127.0.0.1:$PORT
User www-data
Group www-data
ErrorLog $RUN/error.log
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule cgi_module /usr/lib/apache2/modules/mod_cgi.so
LoadModule access_compat_module /usr/lib/apache2/modules/mod_access_compat.so
LoadModule env_module /usr/lib/apache2/modules/mod_env.so
# SQL-Ledger forgets the port whenever a user's preferences are saved: give it to libpq in the environment
SetEnv PGPORT $PGPORT
TypesConfig /etc/mime.types
DirectoryIndex index.html
StartServers 4
ServerLimit 64
MaxRequestWorkers 64
KeepAliveTimeout 2
# A script that is silent for so long is ended, its database transaction with it: this is
# what bounds a late booking when nobody waits for the answer any more.
Timeout 6
DocumentRoot /usr/share/sql-ledger
<Directory /usr/share/sql-ledger>
  AllowOverride All
  Require all granted
</Directory>
Include /etc/sql-ledger/sql-ledger-httpd.conf
C
if ! curl -s -o /dev/null "$URL"; then
  /usr/sbin/apache2 -f $RUN/apache.conf
  for i in $(seq 60); do curl -s -o /dev/null "$URL" && break; sleep 0.25; done
fi

A="http://127.0.0.1:$PORT/sql-ledger/admin.pl"
M=/var/lib/sql-ledger/users/members
post() { curl -s -A Mozilla/5.0 "$1" "${@:2}"; }
if [ ! -s $M ]; then
  post $A -d path=bin/mozilla --data-urlencode action=Continue -d nextsub=do_change_password -d new_password=$ADMINPW -d confirm_password=$ADMINPW >/dev/null
fi
if ! grep >/dev/null "^\[admin@$DB\]" $M; then
  # the 'Create Dataset' form: company, chart of accounts, first administrator. (Password rides along, so no cookie is needed.)
  post $A -d path=bin/mozilla --data-urlencode action=Continue -d nextsub=dbcreate -d password=$ADMINPW \
    -d dbdriver=Pg -d dbhost= -d dbport=$PGPORT -d dbuser=www-data -d dbpasswd= -d dbdefault=template1 -d db=$DB \
    --data-urlencode "company=Acme Bank Back Office" -d name=Admin -d adminpassword=$ADMINPW -d mastertemplates=Default \
    -d encoding=UTF8 -d chart=Default --data-urlencode "callback=admin.pl?action=list_datasets&path=bin/mozilla" >$RUN/dbcreate.html
fi
[ "$(pgq "-d $DB -c \"select count(*) from chart\"")" -gt 20 ] || { echo "seed failed, see $RUN/dbcreate.html"; exit 1; }
B="http://127.0.0.1:$PORT/sql-ledger"
# the first sign-on writes the administrator's .conf file and upgrades the data set: without it every form answers "logged out"
post $B/login.pl -d "login=admin@$DB" -d "password=$ADMINPW" -d path=bin/mozilla -d js=1 -d action=Login >$RUN/first_login.html
# clerks clerk1..clerk4 (one concurrent session per login: each bot context needs its own login), one vendor, one customer
for n in 1 2 3 4; do
  grep >/dev/null "^\[clerk$n@$DB\]" $M || post $B/hr.pl -d "login=admin@$DB" -d "password=$ADMINPW" -d path=bin/mozilla -d action=Save -d db=employee \
    -d id= -d "name=Clerk $n" -d typeofcontact=person -d "employeelogin=clerk$n" -d "employeepassword=$USERPW" -d wage_rows=0 -d deduction_rows=0 -d payrate_rows=0 -d reference_rows=0 --data-urlencode "acsrole=" >$RUN/clerk$n.html
done
for v in vendor:"Nordic Paper Ltd" customer:"Harbour Trading Co"; do
  t=${v%%:*}; nm=${v#*:}
  [ "$(pgq "-d $DB -c \"select count(*) from $t where name='$nm'\"")" -ge 1 ] || post $B/ct.pl -d "login=admin@$DB" -d "password=$ADMINPW" -d path=bin/mozilla -d action=Save -d db=$t \
    -d typeofcontact=company --data-urlencode "name=$nm" -d currency=USD -d reference_rows=0 >$RUN/$t.html
done
for i in $(seq 40); do curl -s "$URL" | grep >/dev/null 'name=password' && break; sleep 0.25; done
echo "READY $URL   users: admin@$DB / $ADMINPW, clerk1..clerk4 / $USERPW (dataset $DB)"
