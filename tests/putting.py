"""Stores a link whatever was there before, as no flow may."""

from applinks.links import LinkById, SaveLink


def put(answers, link):
    return answers.answer(SaveLink(link, instead_of=answers.answer(LinkById(link.id))))
