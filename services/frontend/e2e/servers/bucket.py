"""moto's S3 server with one bucket on a free port; says where, and ends with its standard input."""

import logging
import sys

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "responses"
REGION = "eu-central-1"

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106  moto takes any
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    print(f"bucket at http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()
