// Run with `node -e` where alipay-sdk is installed; prints what each call told, as JSON.
const { AlipaySdk } = require('alipay-sdk');

const asked = JSON.parse(process.argv[1]);
const sdk = new AlipaySdk(asked.config);
const SEND = 'alipay.open.app.mini.templatemessage.send';
const QRCODE = 'alipay.open.app.qrcode.create';

const token = () => sdk.exec('alipay.system.oauth.token', {
  grantType: 'authorization_code', code: asked.code,
});
const signed = (method, bizContent) => sdk.exec(method, { bizContent }, { validateSign: true });
const tell = (work) => work.then((told) => ({ told }), (error) => ({ failed: error.message }));

(async () => {
  const answers = [];
  answers.push(await tell(token()));
  answers.push(await tell(token()));
  answers.push(await tell(signed(SEND, asked.message)));
  answers.push(await tell(signed(SEND, { ...asked.message, user_template_id: 'x' })));
  answers.push(await tell(signed(QRCODE, {
    urlParam: 'pages/login', queryParam: 'c=1', describe: '登录',
  })));
  console.log(JSON.stringify(answers));
})();
