// Plays one step with node-oauth (npm: oauth). Given an empty token it leaves it away. One in the query of an address it signs
// and repeats in the header, which makes it twice; so an empty token is signed there, and the request is sent without that query.
'use strict';
const { readFileSync } = require('node:fs');
const { OAuth } = require('oauth');
const send = require('./send');

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

function given(error, token, token_secret, rest) {
  if (error) return refused(error);
  print({ status: 200, token, token_secret, session_handle: rest.oauth_session_handle || '' });
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
    const verifier = task.verifier === null ? [] : [task.verifier];
    client.getOAuthAccessToken(task.token, task.token_secret, ...verifier, given);
  },
  renewal() {
    const handle = { oauth_session_handle: task.session_handle };
    client.post(task.access_token_url, task.token, task.token_secret, handle, null, (error, body) => {
      const { oauth_token, oauth_token_secret, ...rest } = error ? {} : Object.fromEntries(new URLSearchParams(body));
      given(error, oauth_token, oauth_token_secret, rest);
    });
  },
  call() {
    if (task.token === '') return callWithEmptyToken();
    client.getProtectedResource(task.url, task.http_method, task.token, task.token_secret, (error, body, response) =>
      response ? print({ status: response.statusCode, headers: response.headers, body }) : refused(error));
  },
};

async function callWithEmptyToken() {
  const signed = `${task.url}${task.url.includes('?') ? '&' : '?'}oauth_token=`;
  const headers = { Authorization: client.authHeader(signed, null, '', task.http_method) };
  print(await send(task.url, task.http_method, headers));
}

steps[task.step]();
