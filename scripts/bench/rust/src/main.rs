//! The benchmark's third yardstick: it gets one item the way AWS's samples in Rust do, with
//! the official SDK, the client made once in main, and nothing primed. Do not tune it:
//! figures are compared with it.

use std::{collections::HashMap, env};

use aws_config::BehaviorVersion;
use aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayProxyResponse};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let table = env::var("TABLE_NAME")?;
    run(service_fn(|event| handle(&client, &table, event))).await
}

async fn handle(
    client: &Client,
    table: &str,
    event: LambdaEvent<ApiGatewayProxyRequest>,
) -> Result<ApiGatewayProxyResponse, Error> {
    let id = event.payload.path_parameters.get("id").cloned();
    let out = client
        .get_item()
        .table_name(table)
        .key("id", AttributeValue::S(id.unwrap_or_default()))
        .send()
        .await?;
    let Some(item) = out.item else {
        return Ok(response(404, None));
    };
    Ok(response(200, Some(user(&item).to_string())))
}

fn user(item: &HashMap<String, AttributeValue>) -> Value {
    let text = |name| item.get(name).and_then(|value| value.as_s().ok());
    json!({
        "id": text("id"),
        "name": text("name"),
        "email": text("email"),
        "createdAt": text("createdAt"),
        "updatedAt": text("updatedAt"),
    })
}

fn response(status: i64, body: Option<String>) -> ApiGatewayProxyResponse {
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status;
    response
        .headers
        .insert("Content-Type", "application/json".parse().unwrap());
    response.body = body.map(Into::into);
    response
}
