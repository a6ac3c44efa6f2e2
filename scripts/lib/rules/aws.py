"""The stack on AWS as a SAM template: site in S3, functions in Lambda, both behind one CloudFront distribution, and the
tick each minute."""

import json
import sys
from typing import Any

from scripts.lib.rules import redirects
from scripts.lib.rules.model import FUNCTIONS, Rules

# AWS's own policies, by their fixed ids.
NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHE = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# Headers that CloudFront has a field of its own for.
SECURITY = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")
DISTRIBUTION = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Front}"
# What the functions need of their environment; values are parameters of the stack that nobody sees.
SECRETS = ("SecretKeys", "TickToken", "DatabaseUrl", "SmtpUrl")
DIRECTORY = """function handler(event) {
  var request = event.request;
%(moved)s  if (request.uri.endsWith('/')) request.uri += 'index.html';
  else if (!request.uri.slice(request.uri.lastIndexOf('/')).includes('.'))
    return { statusCode: 308, headers: { location: { value: request.uri + '/' } } };
  return request;
}
"""


def template(rules: Rules) -> str:
    """template.json, beside the bundle's folder `functions`: `sam deploy --template-file template.json`."""
    parameters: dict[str, Any] = {name: {"Type": "String", "NoEcho": True} for name in SECRETS}
    parameters |= {"PublicOrigin": {"Type": "String"}, "MailFrom": {"Type": "String", "Default": ""}}
    stack = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": "Customer portal",
        "Parameters": parameters,
        "Resources": _functions() | _tick(rules) | _site(rules),
        "Outputs": {
            "Bucket": {"Value": {"Ref": "Site"}},
            "Distribution": {"Value": {"Ref": "Front"}},
            "Address": {"Value": {"Fn::GetAtt": ["Front", "DomainName"]}},
        },
    }
    return json.dumps(stack, indent=1) + "\n"


def _functions() -> dict[str, Any]:
    environment = {
        "PUBLIC_ORIGIN": {"Ref": "PublicOrigin"},
        "SECRET_KEYS": {"Ref": "SecretKeys"},
        "TICK_TOKEN": {"Ref": "TickToken"},
        "DATABASE_URL": {"Ref": "DatabaseUrl"},
        "SMTP_URL": {"Ref": "SmtpUrl"},
        "MAIL_FROM": {"Ref": "MailFrom"},
        # CloudFront adds the caller to X-Forwarded-For, and the HTTP API CloudFront.
        "TRUSTED_HOPS": "2",
    }
    function = {
        "Handler": "functions.hosts.aws_lambda.handler",
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "CodeUri": "functions/",
        "MemorySize": 1024,
        "Timeout": 60,
        "Environment": {"Variables": environment},
        # The $default stage: a named one would stand before each path.
        "Events": {"Any": {"Type": "HttpApi"}},
    }
    return {"Portal": {"Type": "AWS::Serverless::Function", "Properties": function}}


def _tick(rules: Rules) -> dict[str, Any]:
    connection = {
        "AuthorizationType": "API_KEY",
        "AuthParameters": {
            "ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": {"Fn::Sub": "Bearer ${TickToken}"}}
        },
    }
    destination = {
        "ConnectionArn": {"Fn::GetAtt": ["TickConnection", "Arn"]},
        "HttpMethod": "POST",
        "InvocationEndpoint": {"Fn::Sub": f"${{PublicOrigin}}{rules.base}api/tick"},
    }
    role = {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        },
        "Policies": [
            {
                "PolicyName": "tick",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "events:InvokeApiDestination",
                            "Resource": {"Fn::GetAtt": ["TickCall", "Arn"]},
                        }
                    ],
                },
            }
        ],
    }
    target = {
        "Id": "tick",
        "Arn": {"Fn::GetAtt": ["TickCall", "Arn"]},
        "RoleArn": {"Fn::GetAtt": ["TickRole", "Arn"]},
    }
    return {
        "TickConnection": {"Type": "AWS::Events::Connection", "Properties": connection},
        "TickCall": {"Type": "AWS::Events::ApiDestination", "Properties": destination},
        "TickRole": {"Type": "AWS::IAM::Role", "Properties": role},
        "Tick": {
            "Type": "AWS::Events::Rule",
            "Properties": {"ScheduleExpression": "rate(1 minute)", "Targets": [target]},
        },
    }


def _site(rules: Rules) -> dict[str, Any]:
    read = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${Site.Arn}/*"},
        "Condition": {"StringEquals": {"AWS:SourceArn": {"Fn::Sub": DISTRIBUTION}}},
    }
    access = {"Name": {"Fn::Sub": "${AWS::StackName}-site"}, "OriginAccessControlOriginType": "s3"}
    access |= {"SigningBehavior": "always", "SigningProtocol": "sigv4"}
    return {
        "Site": {"Type": "AWS::S3::Bucket"},
        "SitePolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Site"},
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [read]},
            },
        },
        "Access": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {"OriginAccessControlConfig": access},
        },
        "Headers": {
            "Type": "AWS::CloudFront::ResponseHeadersPolicy",
            "Properties": {"ResponseHeadersPolicyConfig": _headers(rules)},
        },
        "Directory": {
            "Type": "AWS::CloudFront::Function",
            "Properties": {
                "Name": {"Fn::Sub": "${AWS::StackName}-directory"},
                "AutoPublish": True,
                "FunctionCode": DIRECTORY % {"moved": redirects.cloudfront(rules)},
                "FunctionConfig": {"Comment": "A folder's page", "Runtime": "cloudfront-js-2.0"},
            },
        },
        "Front": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {"DistributionConfig": _distribution(rules)},
        },
    }


def _headers(rules: Rules) -> dict[str, Any]:
    found = rules.headers
    security: dict[str, Any] = {
        "ContentSecurityPolicy": {"ContentSecurityPolicy": found["Content-Security-Policy"], "Override": True},
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": found["Referrer-Policy"], "Override": True},
    }
    others = {name: value for name, value in found.items() if name not in {*SECURITY, "Strict-Transport-Security"}}
    if "Strict-Transport-Security" in found:
        security["StrictTransportSecurity"] = {"AccessControlMaxAgeSec": 31_536_000, "Override": True}
    items = [{"Header": name, "Value": value, "Override": True} for name, value in others.items()]
    return {
        "Name": {"Fn::Sub": "${AWS::StackName}-site"},
        "SecurityHeadersConfig": security,
        "CustomHeadersConfig": {"Items": items},
    }


def _distribution(rules: Rules) -> dict[str, Any]:
    functions = {
        "TargetOriginId": "functions",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        # The answers say themselves what may be kept; without a cookie and a query in the key, nothing else may.
        "CachePolicyId": NO_CACHE,
        "OriginRequestPolicyId": ALL_BUT_HOST,
    }
    site = {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHE,
        "Compress": True,
        "ResponseHeadersPolicyId": {"Ref": "Headers"},
        "FunctionAssociations": [
            {
                "EventType": "viewer-request",
                "FunctionARN": {"Fn::GetAtt": ["Directory", "FunctionMetadata.FunctionARN"]},
            }
        ],
    }
    api = {"Fn::Sub": "${ServerlessHttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
    return {
        "Enabled": True,
        "HttpVersion": "http2and3",
        "DefaultRootObject": "index.html",
        "DefaultCacheBehavior": site,
        "CacheBehaviors": [functions | {"PathPattern": f"{rules.base}{name}/*"} for name in FUNCTIONS],
        # A file that is not there is S3's 403. 502 and 504 are CloudFront's own: the functions' 503 keeps typed text.
        "CustomErrorResponses": [
            {"ErrorCode": 403, "ResponseCode": 404, "ResponsePagePath": f"{rules.base}404.html"},
            *(
                {"ErrorCode": code, "ResponseCode": code, "ResponsePagePath": f"{rules.base}unavailable/index.html"}
                for code in (502, 504)
            ),
        ],
        "Origins": [
            {
                "Id": "site",
                "DomainName": {"Fn::GetAtt": ["Site", "RegionalDomainName"]},
                "OriginAccessControlId": {"Ref": "Access"},
                "S3OriginConfig": {"OriginAccessIdentity": ""},
            },
            {"Id": "functions", "DomainName": api, "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}},
        ],
    }
