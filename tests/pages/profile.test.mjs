// What an edit of the unit's information would change.

import assert from 'node:assert/strict';
import test from 'node:test';

import { changesOf, faultOf, shown } from '../../server/pages/static/profileview.js';

const FIELDS = [
  { name: 'contact_name', title: '联系人', value: '李四', policy: 'direct' },
  { name: 'contact_phone', title: '联系电话', value: null, policy: 'direct' },
  { name: 'name', title: '单位名称', value: '甲公司', policy: 'review' },
];

test('only what differs is a change, in the order of the fields', () => {
  const typed = { contact_phone: ' 13800138000 ', contact_name: '王五' };

  assert.deepEqual(changesOf(FIELDS, typed), [
    { name: 'contact_name', title: '联系人', before: '李四', after: '王五' },
    { name: 'contact_phone', title: '联系电话', before: '', after: '13800138000' },
  ]);
});

test('the same again, and blanks where nothing was, are no change', () => {
  assert.deepEqual(changesOf(FIELDS, { contact_name: '李四 ', contact_phone: '  ' }), []);
});

test('a reviewed field is never a change', () => {
  assert.deepEqual(changesOf(FIELDS, { contact_name: '李四', contact_phone: '', name: '乙公司' }), []);
});

test('a field cannot be emptied', () => {
  const changes = changesOf(FIELDS, { contact_name: '', contact_phone: '13800138000' });

  assert.deepEqual(faultOf(changes), { name: 'contact_name', detail: '联系人不能为空' });
  assert.equal(faultOf(changes.slice(1)), null);
});

test('what is not filled in is said so', () => {
  assert.deepEqual([shown(null), shown(''), shown('李四')], ['未填写', '未填写', '李四']);
});
