"""AWS Lambda, behind an HTTP API (`$default` stage) or a function URL: `functions.hosts.aws_lambda.handler`."""

from apig_wsgi import make_lambda_handler

from functions.app import app

handler = make_lambda_handler(app, binary_support=True)
