# Plays one step with the gem oauth. It leaves an empty token away and cannot be told otherwise; in the query of an address it
# signs `oauth_token=` like any parameter.
require 'json'
require 'oauth'

task = JSON.parse($stdin.read)

consumer = OAuth::Consumer.new(
  task['consumer_key'], task['private_key'].empty? ? task['secret'] : task['private_key'],
  site: (task['url'] + task['request_token_url'])[%r{\Ahttps?://[^/?]+}],
  signature_method: task['signature_method'],
  request_token_url: task['request_token_url'],
  authorize_url: task['authorize_url'],
  access_token_url: task['access_token_url']
)

def given(token)
  handle = token.params[:oauth_session_handle] || ''
  { status: 200, token: token.token, token_secret: token.secret, session_handle: handle }
end

def told(response)
  { status: response.code.to_i, headers: response.each_header.to_h, body: response.body }
end

answer =
  begin
    case task['step']
    when 'request_token'
      asked = consumer.get_request_token(oauth_callback: task['callback'])
      { status: 200, token: asked.token, token_secret: asked.secret, authorize: asked.authorize_url }
    when 'access_token'
      asked = OAuth::RequestToken.new(consumer, task['token'], task['token_secret'])
      given(asked.get_access_token(task['verifier'] ? { oauth_verifier: task['verifier'] } : {}))
    when 'renewal'
      held = OAuth::AccessToken.new(consumer, task['token'], task['token_secret'])
      given(consumer.get_access_token(held, oauth_session_handle: task['session_handle']))
    else
      token = task['token'] && OAuth::AccessToken.new(consumer, task['token'], task['token_secret'])
      told(consumer.request(task['http_method'].downcase.to_sym, task['url'], token))
    end
  rescue OAuth::Unauthorized => e
    told(e.request)
  end

puts JSON.generate(answer)
