# The stack of stack.ts as somebody would write it for Terraform, but for the API's TLS policy, which not every provider
# can say, the refusal of plain HTTP, which ours leaves out as well where nothing else is served, and the protection of
# the table, which `terraform destroy` would not lift. bench/terraform.ts applies it.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

locals {
  name    = "peer"
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.name
  bucket  = "${local.name}-${local.account}-${local.region}"
  site    = "${local.bucket}.s3.${local.region}.amazonaws.com"
  cors    = { "Access-Control-Allow-Origin" = "'https://${local.site}'" }

  # What API Gateway answers by itself: the preflight, and a method that there is not.
  answers = {
    OPTIONS = {
      status = "204"
      body   = null
      headers = merge(local.cors, {
        "Access-Control-Allow-Headers" = "'Content-Type'"
        "Access-Control-Allow-Methods" = "'GET,POST,PUT,OPTIONS'"
        "Access-Control-Max-Age"       = "'7200'"
      })
    }
    ANY = {
      status  = "405"
      body    = { "application/json" = jsonencode({ error = { code = "method_not_allowed" } }) }
      headers = merge(local.cors, { Allow = "'GET,POST,PUT,OPTIONS'" })
    }
  }
}

provider "aws" {
  s3_use_path_style = true
  default_tags { tags = { "terraform:stack" = local.name } }
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

resource "aws_dynamodb_table" "items" {
  name         = local.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery { enabled = true }
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 14
}

resource "aws_iam_role" "function" {
  name = "${local.name}-${local.region}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "store" {
  name = "store-items"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem"], Resource = aws_dynamodb_table.items.arn },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.function.arn}:*"
      },
    ]
  })
}

resource "aws_lambda_function" "items" {
  function_name    = local.name
  role             = aws_iam_role.function.arn
  runtime          = "nodejs22.x"
  architectures    = ["arm64"]
  handler          = "index.handler"
  filename         = "function.zip"
  source_code_hash = filebase64sha256("function.zip")
  memory_size      = 512
  timeout          = 10
  environment {
    variables = { TABLE_NAME = aws_dynamodb_table.items.name, ALLOWED_ORIGIN = "https://${local.site}" }
  }
  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }
}

resource "aws_api_gateway_rest_api" "api" {
  name = local.name
  endpoint_configuration { types = ["REGIONAL"] }
}

resource "aws_api_gateway_resource" "items" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "items"
}

resource "aws_api_gateway_method" "to_function" {
  for_each      = toset(["GET", "HEAD", "POST", "PUT"])
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.items.id
  http_method   = each.key
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "to_function" {
  for_each                = aws_api_gateway_method.to_function
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.items.id
  http_method             = each.value.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.items.invoke_arn
}

resource "aws_api_gateway_method" "fixed" {
  for_each      = local.answers
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.items.id
  http_method   = each.key
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "fixed" {
  for_each          = local.answers
  rest_api_id       = aws_api_gateway_rest_api.api.id
  resource_id       = aws_api_gateway_resource.items.id
  http_method       = aws_api_gateway_method.fixed[each.key].http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = tonumber(each.value.status) }) }
}

resource "aws_api_gateway_method_response" "fixed" {
  for_each            = local.answers
  rest_api_id         = aws_api_gateway_rest_api.api.id
  resource_id         = aws_api_gateway_resource.items.id
  http_method         = aws_api_gateway_method.fixed[each.key].http_method
  status_code         = each.value.status
  response_parameters = { for name, value in each.value.headers : "method.response.header.${name}" => false }
}

resource "aws_api_gateway_integration_response" "fixed" {
  for_each            = local.answers
  rest_api_id         = aws_api_gateway_rest_api.api.id
  resource_id         = aws_api_gateway_resource.items.id
  http_method         = aws_api_gateway_integration.fixed[each.key].http_method
  status_code         = aws_api_gateway_method_response.fixed[each.key].status_code
  response_parameters = { for name, value in each.value.headers : "method.response.header.${name}" => value }
  response_templates  = each.value.body
}

resource "aws_api_gateway_gateway_response" "refused" {
  for_each            = toset(["DEFAULT_4XX", "DEFAULT_5XX"])
  rest_api_id         = aws_api_gateway_rest_api.api.id
  response_type       = each.key
  response_parameters = { for name, value in local.cors : "gatewayresponse.header.${name}" => value }
  response_templates  = { "application/json" = "{\"error\":{\"message\":$context.error.messageString}}" }
}

resource "aws_api_gateway_deployment" "api" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  triggers    = { api = filesha256("main.tf") }
  lifecycle { create_before_destroy = true }
  depends_on = [
    aws_api_gateway_integration.to_function,
    aws_api_gateway_integration_response.fixed,
    aws_api_gateway_gateway_response.refused,
  ]
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  deployment_id = aws_api_gateway_deployment.api.id
  stage_name    = "prod"
}

resource "aws_api_gateway_method_settings" "throttle" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = "*/*"
  settings {
    throttling_rate_limit  = 50
    throttling_burst_limit = 100
  }
}

resource "aws_lambda_permission" "api" {
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.items.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.api.execution_arn}/${aws_api_gateway_stage.prod.stage_name}/*/items"
}

resource "aws_s3_bucket" "site" {
  bucket = local.bucket
}

resource "aws_s3_bucket_public_access_block" "site" {
  bucket                  = aws_s3_bucket.site.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_ownership_controls" "site" {
  bucket = aws_s3_bucket.site.id
  rule { object_ownership = "BucketOwnerEnforced" }
}

resource "aws_s3_bucket_policy" "site" {
  bucket = aws_s3_bucket.site.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Principal = "*", Resource = "${aws_s3_bucket.site.arn}/*" },
    ]
  })
  depends_on = [aws_s3_bucket_public_access_block.site, aws_s3_object.page]
}

resource "aws_s3_bucket_website_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  redirect_all_requests_to {
    host_name = local.site
    protocol  = "https"
  }
}

resource "aws_s3_object" "page" {
  bucket           = aws_s3_bucket.site.id
  key              = "index.html"
  source           = "index.html"
  content_type     = "text/html; charset=utf-8"
  content_encoding = "gzip"
  cache_control    = "no-cache"
}
