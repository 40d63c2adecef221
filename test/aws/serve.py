# Serves moto, an emulator of AWS, on a free port of this machine, and says which; ROLES: an account with so many roles.
import json
import os
import sys

from moto.iam.models import iam_backends
from moto.server import ThreadedMotoServer

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def fill(count: int) -> None:
    backend = iam_backends["123456789012"]["aws"]
    for number in range(count):
        name = f"role-{number:05d}"
        backend.create_role(name, TRUST, "/", None, "", [], None)
        action = "dsql:DbConnect" if number % 10 == 0 else "s3:GetObject"
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        backend.put_role_policy(name, "own", document)


fill(int(os.environ.get("ROLES", "0")))
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
