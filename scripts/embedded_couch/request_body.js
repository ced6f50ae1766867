'use strict';
/** Reads what a request carries: JSON, or the bytes as they came. */

const express = require('express');
const rawBody = require('raw-body');
const {Refusal, badRequest} = require('./refusal');

const LARGEST_REQUEST = 256 * 1024 * 1024; // bytes: more would not fit into the memory of a demo

// Any content type is taken for JSON, as curl and old clients send none that fits.
const parse = express.json({
  limit: LARGEST_REQUEST,
  strict: false,
  type: () => true,
  verify: (request, response, bytes) => { request.bodyLength = bytes.length; },
});

/** The JSON body; undefined when it is empty. Throws a Refusal when it is not JSON or far too large. */
async function readJson(request, response) {
  await new Promise((resolve, reject) => {
    parse(request, response, (error) => (error ? reject(refusalFor(error)) : resolve()));
  });
  return request.bodyLength ? request.body : undefined;
}

/** The body's bytes. Throws a Refusal when there are far too many. */
async function readBytes(request) {
  try {
    return await rawBody(request, {length: request.headers['content-length'], limit: LARGEST_REQUEST});
  } catch (error) {
    throw refusalFor(error);
  }
}

function refusalFor(error) {
  if (error.status === 413) return new Refusal(413, 'too_large', 'the request entity is too large');
  return error.status === 415 ? new Refusal(415, 'bad_content_type', error.message) : badRequest('invalid_json');
}

module.exports = {readBytes, readJson};
