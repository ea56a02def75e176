// What every page of the widget matrix offers, so that one table of values fits all libraries.
window.DATA = {
  query: new URLSearchParams(location.search),
  statuses: ['全部', '待发货', '已发货', '已发货(部分)', '已关闭'],
  goods: ['白衬衫', '白衬衫 XL', '黑衬衫', '牛仔裤', '运动鞋'],
  tags: ['新品', '爆款', '清仓', '预售', 'S, M'],
  many: Array.from({length: 5000}, (_, i) => 'SKU-' + String(i).padStart(5, '0')),
  regions: [
    {value: 'zj', label: '浙江', children: [{value: 'hz', label: '杭州', children: [{value: 'xh', label: '西湖'}, {value: 'yh', label: '余杭'}]},
      {value: 'nb', label: '宁波', children: [{value: 'hs', label: '海曙'}]}]},
    {value: 'js', label: '江苏', children: [{value: 'nj', label: '南京', children: [{value: 'gl', label: '鼓楼'}]}]}],
  depts: [
    {value: 'op', label: '运营部', children: [{value: 'night', label: '夜班组'}, {value: 'day', label: '白班组'}]},
    {value: 'fin', label: '财务部', children: [{value: 'bill', label: '对账组', children: [{value: 'b1', label: '一组'}]}]}],
  ways: [['kd', '快递'], ['zt', '自提'], ['tc', '同城']],
  channels: [['pc', '电脑'], ['app', '手机'], ['mini', '小程序']],
  initial: () => ({text: '旧', memo: '', count: 1, price: null, status: undefined, goods: undefined, remote: undefined, many: undefined,
    found: undefined, tags: ['新品'], region: undefined, regions: [], dept: undefined, depts: [], day: null, range: null, moment: null, time: null,
    month: null, free: false, agree: false, way: undefined, period: 'd', channels: ['pc'], star: 0, files: [], off: 'x', fixed: 'y',
    twin1: '', twin2: ''}),
};
// Every touch of the page is counted: filling a field with what it holds already must not be one.
window.touches = 0;
window.changes = 0;
for (const kind of ['pointerdown', 'keydown', 'beforeinput', 'change'])
  addEventListener(kind, () => { window.touches += 1; }, true);
// The two rich text editors that back offices use, with a plain text model of their own.
window.EDITORS = {};
window.mountWang = box => {
  const tools = document.createElement('div'), text = document.createElement('div');
  text.style.height = '120px';
  box.append(tools, text);
  const editor = wangEditor.createEditor({selector: text, html: '<p>旧描述</p>', config: {placeholder: '请输入'}, mode: 'default'});
  wangEditor.createToolbar({editor, selector: tools, config: {}, mode: 'default'});
  window.EDITORS.rich = () => editor.getText();
};
window.mountQuill = box => {
  const text = document.createElement('div');
  box.append(text);
  const quill = new Quill(text, {theme: 'snow', placeholder: '请输入'});
  window.EDITORS.detail = () => quill.getText().replace(/\n$/, '');
};
window.state = held => ({...held, ...Object.fromEntries(Object.entries(window.EDITORS).map(([k, f]) => [k, f()]))});
