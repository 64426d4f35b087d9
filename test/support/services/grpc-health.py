"""A gRPC server with the health service of its authors, for tests.

Arguments: port, then name=STATUS for each service; the options --no-health, --cert and --key.
Every line on standard input is another name=STATUS.
"""

import argparse
import sys
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

parser = argparse.ArgumentParser()
parser.add_argument("port")
parser.add_argument("states", nargs="*")
parser.add_argument("--no-health", action="store_true")
parser.add_argument("--token")
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("--ca")
options = parser.parse_args()


class Token(grpc.ServerInterceptor):
    def intercept_service(self, continuation, details):
        if ("authorization", f"Bearer {options.token}") in details.invocation_metadata:
            return continuation(details)

        def refuse(_request, context):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you? \u2603")

        return grpc.unary_unary_rpc_method_handler(refuse)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), interceptors=[Token()] if options.token else [])
servicer = health.HealthServicer()
if not options.no_health:
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)


def put(line):
    name, _, state = line.strip().rpartition("=")
    servicer.set(name, health_pb2.HealthCheckResponse.ServingStatus.Value(state))


for state in options.states:
    put(state)
address = f"127.0.0.1:{options.port}"
if options.cert:
    read = lambda path: open(path, "rb").read()
    credentials = grpc.ssl_server_credentials(
        [(read(options.key), read(options.cert))],
        read(options.ca) if options.ca else None,
        bool(options.ca),
    )
    server.add_secure_port(address, credentials)
else:
    server.add_insecure_port(address)
server.start()
print("serving", flush=True)
for line in sys.stdin:
    put(line)
    print("put", line, flush=True)
server.wait_for_termination()
