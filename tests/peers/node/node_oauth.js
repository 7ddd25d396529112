// Plays one step with node-oauth (npm: oauth). It leaves an empty token away and cannot be told otherwise; in the query of an
// address it signs `oauth_token=` like any parameter.
'use strict';
const { readFileSync } = require('node:fs');
const { OAuth } = require('oauth');

const task = JSON.parse(readFileSync(0, 'utf8'));
const client = new OAuth(task.request_token_url, task.access_token_url, task.consumer_key,
  task.private_key || task.secret, '1.0', task.callback, task.signature_method);

function print(answer) {
  process.stdout.write(JSON.stringify(answer));
}

function refused(error) {
  if (!error.statusCode) throw error;
  print({ status: error.statusCode, body: error.data });
}

const steps = {
  request_token() {
    client.getOAuthRequestToken((error, token, token_secret) => {
      if (error) return refused(error);
      const authorize = `${task.authorize_url}?oauth_token=${encodeURIComponent(token)}`;
      print({ status: 200, token, token_secret, authorize });
    });
  },
  access_token() {
    client.getOAuthAccessToken(task.token, task.token_secret, task.verifier, (error, token, token_secret) =>
      error ? refused(error) : print({ status: 200, token, token_secret }));
  },
  call() {
    client.getProtectedResource(task.url, task.http_method, task.token, task.token_secret, (error, body, response) =>
      response ? print({ status: response.statusCode, headers: response.headers, body }) : refused(error));
  },
};

steps[task.step]();
