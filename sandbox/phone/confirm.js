// The confirm page: who asks to sign in where, as which unit, and the three answers.

import { $, make } from './dom.js';

const ROLES = { legal_rep: '法人', clerk: '办事员' };
const ARMING_MS = 1500;
const MANY = 8;
let arming = 0;

function row(testid, label, value, note) {
  const content = make('dd', { 'data-testid': testid }, value || '未知');
  if (note) content.append(make('small', {}, note));
  return make('div', {}, make('dt', {}, label), content);
}

function time(at) {
  const parsed = new Date(at);
  return Number.isNaN(parsed.getTime()) ? at : parsed.toLocaleString('zh-CN', { hour12: false, timeZone: 'Asia/Shanghai' });
}

function choice(id, name, note, checked) {
  const radio = make('input', { type: 'radio', name: 'unit', value: id, 'data-testid': id ? `unit-${id}` : 'unit-on-pc' });
  radio.checked = checked;
  const label = make('span', {}, name);
  if (note) label.append(make('small', {}, note));
  return make('label', {}, radio, label);
}

function relationsOf(unit) {
  return (unit.relations || []).map((relation) => relation.insurance_name || relation.insurance).filter(Boolean).join('、');
}

function drawUnits(units) {
  const several = units.length > 1;
  $('units').hidden = !several;
  $('unit-search-row').hidden = units.length <= MANY;
  $('unit-search').value = '';
  $('unit-list').replaceChildren();
  if (!several) return;
  $('unit-list').append(choice('', '到电脑上再选择', `共 ${units.length} 家单位`, true));
  $('unit-list').append(...units.map((unit) => choice(unit.id, unit.name, relationsOf(unit), false)));
}

export function draw(login) {
  const { context = {}, units = [] } = login;
  $('confirm-title').textContent = login.caption;
  $('pair').hidden = !login.pair_code;
  $('pair-code').textContent = login.pair_code || '';
  const unit = units.length === 1 ? units[0].name : `共 ${units.length} 家,请在下面选择`;
  $('context').replaceChildren(
    row('ctx-role', '角色', ROLES[login.role] || login.role),
    row('ctx-unit', '单位', units.length ? unit : '无'),
    row('ctx-site', '网站', context.site),
    row('ctx-browser', '浏览器', [context.browser, context.os].filter(Boolean).join(' · '), '由浏览器自报'),
    row('ctx-place', 'IP/地点', context.ip_place, context.same_place === false ? '与您手机所在网络不同,请留意' : ''),
    row('ctx-time', '时间', time(context.at)),
  );
  drawUnits(units);
  $('confirm-error').replaceChildren();
  arm();
}

// A confirm button that works at once is pressed without reading.
function arm() {
  clearTimeout(arming);
  $('approve').disabled = true;
  arming = setTimeout(() => { $('approve').disabled = false; }, ARMING_MS);
}

export function chosenUnit(login) {
  const units = login.units || [];
  if (units.length === 1) return units[0].id;
  return document.querySelector('input[name="unit"]:checked')?.value || '';
}

export function start({ onApprove, onDeny }) {
  $('approve').addEventListener('click', onApprove);
  $('deny').addEventListener('click', () => onDeny('cancel'));
  $('not-me').addEventListener('click', () => onDeny('not_me'));
  $('unit-search').addEventListener('input', (event) => {
    const wanted = event.target.value.trim();
    for (const label of $('unit-list').children) {
      const always = label.querySelector('input').value === '' || label.querySelector('input').checked;
      label.hidden = !always && !label.textContent.includes(wanted);
    }
  });
}
