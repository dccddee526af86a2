// The inbox's rules: where a message leads, what the badge says, what the settings send.

import assert from 'node:assert/strict';
import test from 'node:test';

import { stepOf } from '../../server/pages/static/messages.js';
import { countText } from '../../server/pages/static/unread.js';
import { chosen } from '../../server/pages/static/wishes.js';

const HERE = { unit: { id: 'u1' } };
const message = (link, unit = { id: 'u1', name: '甲公司' }) => ({ link, unit });

test('a message leads to the page where one acts', () => {
  assert.deepEqual(stepOf(message({ rel: 'grants', id: 'g1', url: '/grants' }), HERE),
    { href: '/grants', title: '去处理授权', elsewhere: false });
});

test('a message of another unit says that the unit must be switched first', () => {
  const { elsewhere, href } = stepOf(message({ rel: 'grants', url: '/grants' }, { id: 'u2' }), HERE);
  assert.equal(elsewhere, true);
  assert.equal(href, '/');
});

test('a message without a page, or with one elsewhere, leads nowhere', () => {
  for (const url of [null, undefined, '', '//evil.example', 'https://evil.example', 'javascript:1']) {
    assert.equal(stepOf(message({ rel: 'filings', url }), HERE), null);
  }
});

test('the badge says nothing for none and a plus for more than are counted', () => {
  assert.equal(countText({ unread: 0, more: false }), '');
  assert.equal(countText({ unread: 3, more: false }), '3');
  assert.equal(countText({ unread: 99, more: true }), '99+');
});

test('every box is sent with its group and channel, and quiet hours or none', () => {
  const boxes = [
    { group: 'filing', channel: 'wechat', checked: true },
    { group: 'filing', channel: 'sms', checked: false },
    { group: 'grant', channel: 'wechat', checked: false },
  ];
  assert.deepEqual(chosen(boxes, { starts: '22:00', ends: '08:00' }), {
    channels: { filing: { wechat: true, sms: false }, grant: { wechat: false } },
    quiet_hours: { starts: '22:00', ends: '08:00' },
  });
  assert.equal(chosen([], null).quiet_hours, null);
});
