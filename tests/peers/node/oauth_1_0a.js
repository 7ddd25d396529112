// Plays one step with oauth-1.0a, which only signs: the hash and the HTTP are Node's own. An empty token goes out as one.
'use strict';
const crypto = require('node:crypto');
const { readFileSync } = require('node:fs');
const OAuth = require('oauth-1.0a');
const send = require('./send');

const task = JSON.parse(readFileSync(0, 'utf8'));

function hash(base, key) {
  const [kind, algorithm] = task.signature_method.split('-');
  if (kind === 'RSA') return crypto.createSign(task.signature_method).update(base).sign(task.private_key, 'base64');
  return kind === 'HMAC' ? crypto.createHmac(algorithm.toLowerCase(), key).update(base).digest('base64') : key;
}

const signer = OAuth({
  consumer: { key: task.consumer_key, secret: task.secret },
  signature_method: task.signature_method,
  hash_function: hash,
});

const steps = {
  request_token: { method: 'POST', url: task.request_token_url, data: { oauth_callback: task.callback } },
  access_token: {
    method: 'POST', url: task.access_token_url, data: task.verifier === null ? {} : { oauth_verifier: task.verifier },
  },
  renewal: { method: 'POST', url: task.access_token_url, data: { oauth_session_handle: task.session_handle } },
  call: { method: task.http_method, url: task.url },
};

async function play() {
  const { method, url, data } = steps[task.step];
  const token = task.token === null ? undefined : { key: task.token, secret: task.token_secret };
  const headers = { ...signer.toHeader(signer.authorize({ method, url, data }, token)) };
  const answer = await send(url, method, headers);
  if (answer.status === 200 && task.step !== 'call') {
    const given = new URLSearchParams(answer.body);
    answer.token = given.get('oauth_token');
    answer.token_secret = given.get('oauth_token_secret');
    answer.session_handle = given.get('oauth_session_handle') || '';
  }
  process.stdout.write(JSON.stringify(answer));
}

play();
