"""Under WSGI a thread serves one request after the other; what acts in one is not there in the next (T-25)."""

import pytest

from applinks import AppLinks, Person, current_user
from applinks.frameworks import WSGIMiddleware


class People:
    def find(self, name):
        return Person(name)

    def sign_in(self, name, password):
        return None


@pytest.fixture
def applinks(tmp_path):
    with AppLinks(f"sqlite:///{tmp_path}/links.db", url="http://callee.test", name="Callee", people=People()) as applinks:
        yield applinks


def ask(middleware, path="/", **environ):
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", **environ}
    return middleware(asked, lambda status, headers: None)


def who():
    person = current_user(default=None)
    return (person.name if person else "nobody").encode()


def test_a_sign_in_of_the_host_that_lasts_until_close_acts_in_every_piece(applinks):
    class Answer:
        def __init__(self):
            self.scope = applinks.acting_as("alice")
            self.scope.__enter__()
            self.ended_as = None

        def __iter__(self):
            yield who()
            yield who()

        def close(self):
            self.ended_as = who()
            self.scope.__exit__(None, None, None)

    made = []

    def app(environ, start_response):
        start_response("200 OK", [])
        made.append(Answer())
        return made[-1]

    answer = ask(WSGIMiddleware(app, applinks))
    assert list(answer) == [b"alice", b"alice"]
    answer.close()
    answer.close()
    assert made[0].ended_as == b"alice"
    assert who() == b"nobody"


def test_a_scope_that_one_request_leaves_open_does_not_act_in_the_next(applinks):
    def app(environ, start_response):
        start_response("200 OK", [])
        if environ["PATH_INFO"] == "/careless":
            applinks.acting_as("alice").__enter__()
        yield who()
        yield who()

    middleware = WSGIMiddleware(app, applinks)
    assert list(ask(middleware, "/careless")) == [b"alice", b"alice"]
    assert list(ask(middleware, "/next")) == [b"nobody", b"nobody"]


def test_whoever_acts_around_a_call_in_the_same_thread_still_does_afterwards(applinks):
    def app(environ, start_response):
        start_response("200 OK", [])
        return [who()]

    with applinks.acting_as("alice"):
        assert ask(WSGIMiddleware(app, applinks)) == [b"nobody"]
        assert who() == b"alice"


def test_what_is_made_already_goes_to_the_server_as_it_is(applinks):
    class Wrapper:
        """What servers send without looking at it."""

        def __iter__(self):
            yield b"file"

    answers = [[b"list"], (b"tuple",), Wrapper()]

    def app(environ, start_response):
        start_response("200 OK", [])
        return answers[int(environ["PATH_INFO"][1:])]

    middleware = WSGIMiddleware(app, applinks)
    for number, answer in enumerate(answers):
        assert ask(middleware, f"/{number}", **{"wsgi.file_wrapper": Wrapper}) is answer
