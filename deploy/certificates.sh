#!/usr/bin/env bash
# Makes, once: a CA, a server certificate signed by it, and the key by which MongoDB's members know each other.
set -euo pipefail
cd /certs
if [ ! -f complete ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 825 -subj '/CN=CCM local CA' -keyout ca.key -out ca.crt \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
  openssl req -newkey rsa:2048 -nodes -subj '/CN=ccm.localhost' -keyout server.key -out server.csr
  printf 'subjectAltName=DNS:ccm.localhost,DNS:keycloak.localhost\nextendedKeyUsage=serverAuth\n' > server.ext
  openssl x509 -req -sha256 -days 825 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile server.ext -out server.crt
  openssl rand -base64 512 > /mongodb-key/key
  chown mongodb:mongodb /mongodb-key/key
  chmod 400 /mongodb-key/key
  chmod 600 ca.key server.key
  chmod 644 ca.crt server.crt
  touch complete
fi
