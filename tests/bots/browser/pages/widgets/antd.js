// The widget matrix in Ant Design, 5 or 6: `?layout=vertical`, `?inside=modal|drawer`.
const h = React.createElement;
const {Form, Input, InputNumber, Select, Cascader, TreeSelect, DatePicker, TimePicker, Switch, Radio, Checkbox, Rate, Upload, Button} = antd;
const D = window.DATA;
const plain = list => list.map(s => ({label: s, value: s}));
const tree = list => list.map(n => ({title: n.label, value: n.value, key: n.value, children: n.children && tree(n.children)}));
const pairs = list => list.map(([value, label]) => ({value, label}));
const Box = ({mount}) => {
  const ref = React.useRef(null);
  React.useEffect(() => { if (!ref.current.childNodes.length) mount(ref.current); }, []);
  return h('div', {ref, style: {border: '1px solid #ccc'}});
};
const Remote = props => {
  const [options, setOptions] = React.useState([]), [loading, setLoading] = React.useState(false);
  const search = q => { setLoading(true); setTimeout(() => { setOptions(q ? plain([q + '加长', q, '别的']) : []); setLoading(false); }, 150); };
  return h(Select, {...props, showSearch: true, filterOption: false, onSearch: search, options, loading, notFoundContent: null});
};
const commas = v => String(v ?? '').replace(/\B(?=(\d{3})+(?!\d))/g, ',');
const far = d => d && (d.year() < 2025 || d.year() > 2027);
const item = (label, name, child, more = {}) => h(Form.Item, {key: name, label, name, ...more}, child);
const files = e => e.fileList;
const fields = [
  item('订单号', 'text', h(Input, {allowClear: true})),
  item('备注', 'memo', h(Input.TextArea, {})),
  item('库存', 'count', h(InputNumber, {min: 0, max: 99999, precision: 2})),
  item('价格', 'price', h(InputNumber, {formatter: commas, parser: v => v.replace(/,/g, ''), prefix: '¥'})),
  item('订单状态', 'status', h(Select, {options: plain(D.statuses).map(o => ({...o, disabled: o.value === '已关闭'}))})),
  item('商品', 'goods', h(Select, {showSearch: true, options: plain(D.goods)})),
  item('远程商品', 'remote', h(Remote, {})),
  item('长列表', 'many', h(Select, {options: plain(D.many)})),
  item('可搜长列表', 'found', h(Select, {showSearch: true, options: plain(D.many)})),
  item('标签', 'tags', h(Select, {mode: 'multiple', options: plain(D.tags), maxTagCount: 'responsive', style: {width: 200}})),
  item('地区', 'region', h(Cascader, {options: D.regions})),
  item('多地区', 'regions', h(Cascader, {options: D.regions, multiple: true, showCheckedStrategy: Cascader.SHOW_CHILD})),
  item('部门', 'dept', h(TreeSelect, {treeData: tree(D.depts)})),
  item('多部门', 'depts', h(TreeSelect, {treeData: tree(D.depts), treeCheckable: true, showCheckedStrategy: TreeSelect.SHOW_CHILD})),
  item('上架日期', 'day', h(DatePicker, {disabledDate: far})),
  item('下单日期', 'range', h(DatePicker.RangePicker, {disabledDate: far})),
  item('发货时刻', 'moment', h(DatePicker, {showTime: true})),
  item('截单时间', 'time', h(TimePicker, {})),
  item('账期', 'month', h(DatePicker, {picker: 'month'})),
  item('包邮', 'free', h(Switch, {}), {valuePropName: 'checked'}),
  item(null, 'agree', h(Checkbox, {}, '同意协议'), {valuePropName: 'checked'}),
  item('发货方式', 'way', h(Radio.Group, {options: pairs(D.ways)})),
  item('周期', 'period', h(Radio.Group, {optionType: 'button', options: pairs([['d', '日'], ['w', '周']])})),
  item('渠道', 'channels', h(Checkbox.Group, {options: pairs(D.channels)})),
  item('评分', 'star', h(Rate, {})),
  item('运单文件', 'files', h(Upload, {beforeUpload: () => false, multiple: true}, h(Button, null, '选择文件')),
    {valuePropName: 'fileList', getValueFromEvent: files}),
  h(Form.Item, {key: 'rich', label: '描述'}, h(Box, {mount: window.mountWang})),
  h(Form.Item, {key: 'detail', label: '详情'}, h(Box, {mount: window.mountQuill})),
  item('停用', 'off', h(Input, {disabled: true})),
  item('停用选择', 'off2', h(Select, {disabled: true, options: plain(D.statuses)})),
  item('停用日期', 'off3', h(DatePicker, {disabled: true})),
  item('只读', 'fixed', h(Input, {readOnly: true})),
  item('重名', 'twin1', h(Input, {})),
  item('重名', 'twin2', h(Input, {})),
];
const FORMATS = {day: 'YYYY-MM-DD', range: 'YYYY-MM-DD', month: 'YYYY-MM', time: 'HH:mm:ss', moment: 'YYYY-MM-DD HH:mm:ss'};
const said = (key, v) => dayjs.isDayjs(v) ? v.format(FORMATS[key]) : Array.isArray(v) && key === 'range' ? v.map(d => said(key, d))
  : key === 'files' ? (v || []).map(f => f.name) : v;
const App = () => {
  const [form] = Form.useForm();
  const held = window.state;
  window.hold = () => held(Object.fromEntries(Object.entries(form.getFieldsValue(true)).map(([k, v]) => [k, said(k, v)])));
  const inside = D.query.get('inside');
  const body = h(Form, {form, onValuesChange: () => { window.changes += 1; }, initialValues: D.initial(), layout: D.query.get('layout') || 'horizontal', labelCol: {flex: '110px'}, style: {width: 700}}, fields);
  if (inside === 'modal') return h(antd.Modal, {open: true, title: '编辑', width: 800}, body);
  if (inside === 'drawer') return h(antd.Drawer, {open: true, title: '编辑', width: 800}, body);
  return body;
};
dayjs.locale('zh-cn');
ReactDOM.createRoot(document.getElementById('root')).render(
  h(antd.ConfigProvider, {locale: antd.locales.zh_CN}, h(App)));
