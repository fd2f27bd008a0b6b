#!/usr/bin/env bash
# Succeeds when GET http://127.0.0.1:$1$2 answers 200. For images that hold bash and no curl.
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
read -r -t 5 status <&3 || exit 1
[[ "$status" == *' 200'* ]]
