// A new password on a page: the rules that can be told before asking the server.

const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/];

// What is wrong with it, or '' when the server may be asked.
export function fault(password, again) {
  if (password.length < 10) return '新密码至少10位。';
  if (KINDS.filter((kind) => kind.test(password)).length < 3) {
    return '新密码要含大写字母、小写字母、数字、符号四类中的至少三类。';
  }
  return password === again ? '' : '两次输入的密码不一致。';
}

// A refusal of this page's own, in the form of the server's.
export const wordOf = (title) => ({ title, solutions: [], actions: [] });
