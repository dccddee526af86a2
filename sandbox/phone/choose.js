// Who holds the phone: a demo persona, or a name and number typed in.

import { $, make } from './dom.js';

const CARD = {
  sealed: '封存', lost: '挂失', app_locked: '应用锁定', temp_lost: '临时挂失', cancelled: '注销', none: '未申领', region_closed: '地区未开通',
};
const MANY = 8;

export const maskedNo = (idNo) => `${idNo.slice(0, 6)}********${idNo.slice(-4)}`;

export const platform = () => document.querySelector('input[name="platform"]:checked').value;

export function choosePlatform(name) {
  const radio = document.querySelector(`input[name="platform"][value="${name === 'alipay' ? 'alipay' : 'wechat'}"]`);
  radio.checked = true;
  document.body.dataset.platform = radio.value;
}

export function listPersonas(personas, onChoice) {
  $('persona-block').hidden = personas.length === 0;
  $('own').open = personas.length === 0;
  $('persona-filter-row').hidden = personas.length <= MANY;
  $('personas').replaceChildren(...personas.map((person) => {
    const button = make('button', { type: 'button', class: 'card', 'data-testid': `persona-${person.key}` });
    const name = `${person.key} ${person.name}`;
    button.append(make('b', {}, name), make('span', {}, person.note), make('span', {}, maskedNo(person.id_no)));
    if (CARD[person.card_state]) button.append(make('span', { class: 'abnormal' }, `社保卡${CARD[person.card_state]}`));
    button.addEventListener('click', () => onChoice(person));
    return make('li', {}, button);
  }));
}

export function start(onChoice) {
  for (const radio of document.querySelectorAll('input[name="platform"]')) {
    radio.addEventListener('change', () => choosePlatform(radio.value));
  }
  $('persona-filter').addEventListener('input', (event) => {
    const wanted = event.target.value.trim();
    for (const item of $('personas').children) item.hidden = !item.textContent.includes(wanted);
  });
  $('own-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const name = $('own-name').value.trim();
    const idNo = $('own-id').value.trim().toUpperCase();
    $('own-error').textContent = name && idNo ? '' : '请填写姓名和证件号码!';
    if (name && idNo) onChoice({ key: '', name, id_no: idNo, id_type: '01', card_state: $('own-card').value, note: '' });
  });
}
