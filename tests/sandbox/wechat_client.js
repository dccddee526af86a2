// Run with `node -e` where co-wechat-api is installed; prints what each call told, as JSON.
const WechatAPI = require('co-wechat-api');

const asked = JSON.parse(process.argv[1]);
const api = new WechatAPI(asked.appid, asked.secret);
api.prefix = `${asked.url}/wechat/cgi-bin/`;
api.wxaPrefix = `${asked.url}/wechat/wxa/`;

const tell = (work) => work.then((told) => ({ told }), ({ message, code }) => ({ message, code }));

(async () => {
  const { accessToken } = await api.getAccessToken();
  const { touser, template_id: template, page, data } = asked.message;
  const send = () => tell(api.sendSubscribeMessage(touser, template, page, data));
  const answers = [{ told: accessToken }];
  answers.push(await send());
  answers.push(await send());
  console.log(JSON.stringify(answers));
})();
