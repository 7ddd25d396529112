// One request, by Node's own HTTP (`fetch` takes longer to load than all the rest), as the answer of a client.
'use strict';
const http = require('node:http');

module.exports = (url, method, headers) => new Promise((resolve, reject) => {
  const request = http.request(url, { method, headers }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (piece) => { body += piece; });
    response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
  });
  request.on('error', reject);
  request.end();
});
