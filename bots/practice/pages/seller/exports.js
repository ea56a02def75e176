// 导出记录
Mall.page({ template: `<div class="y-card"><div class="y-bar"><span class="y-bar-title">导出记录</span></div><task-list /></div>` });
