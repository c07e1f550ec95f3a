<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Arrangement</name>
    <message>
        <source>Arrange the columns…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns as at first</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>Catalog</name>
    <message>
        <source>Echo</source>
        <translation>回显</translation>
    </message>
    <message>
        <source>Sends back every byte it gets (RFC 862).</source>
        <translation>原样发回收到的每个字节（RFC 862）。</translation>
    </message>
    <message>
        <source>Sends each datagram back (RFC 862).</source>
        <translation>原样发回每个数据报（RFC 862）。</translation>
    </message>
    <message>
        <source>Hello</source>
        <translation>问候</translation>
    </message>
    <message>
        <source>Sends one text of greeting and closes.</source>
        <translation>发送一段问候文本，然后关闭连接。</translation>
    </message>
    <message>
        <source>Answers each datagram with one text of greeting.</source>
        <translation>用一段问候文本回答每个数据报。</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>What a peer is sent, as UTF-8.</source>
        <translation>发给对端的内容，以 UTF-8 编码。</translation>
    </message>
    <message>
        <source>Close after the text</source>
        <translation>发完文本后关闭</translation>
    </message>
    <message>
        <source>Else the connection stays open; UDP has none.</source>
        <translation>否则连接保持打开；UDP 没有连接。</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>Drops every byte it gets (RFC 863).</source>
        <translation>丢弃收到的每个字节（RFC 863）。</translation>
    </message>
    <message>
        <source>Drops every datagram it gets (RFC 863).</source>
        <translation>丢弃收到的每个数据报（RFC 863）。</translation>
    </message>
    <message>
        <source>Chargen</source>
        <translation>字符发生器</translation>
    </message>
    <message>
        <source>Sends lines of characters for as long as they are read (RFC 864).</source>
        <translation>只要对端读取，就不断发送一行行字符（RFC 864）。</translation>
    </message>
    <message>
        <source>Answers each datagram with up to 512 characters (RFC 864).</source>
        <translation>用至多 512 个字符回答每个数据报（RFC 864）。</translation>
    </message>
    <message>
        <source>Daytime</source>
        <translation>日期时间</translation>
    </message>
    <message>
        <source>Says the date and the time, and closes (RFC 867).</source>
        <translation>告知日期和时间，然后关闭（RFC 867）。</translation>
    </message>
    <message>
        <source>Answers each datagram with the date and the time (RFC 867).</source>
        <translation>用日期和时间回答每个数据报（RFC 867）。</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Sends each line back, in capitals or reversed.</source>
        <translation>把每一行变成大写或倒序后发回。</translation>
    </message>
    <message>
        <source>Lines come back</source>
        <translation>行的处理</translation>
    </message>
    <message>
        <source>What is done to each line.</source>
        <translation>对每一行做什么。</translation>
    </message>
    <message>
        <source>capitals</source>
        <translation>大写</translation>
    </message>
    <message>
        <source>reversed</source>
        <translation>倒序</translation>
    </message>
    <message>
        <source>Longest line (bytes)</source>
        <translation>最长的行（字节）</translation>
    </message>
    <message>
        <source>A longer one ends the connection.</source>
        <translation>更长的行会使连接结束。</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>聊天</translation>
    </message>
    <message>
        <source>A room: everyone sees what everyone says, and who comes and goes.</source>
        <translation>聊天室：每个人都能看到大家说的话，以及谁来谁走。</translation>
    </message>
    <message>
        <source>Longest name</source>
        <translation>最长的名字</translation>
    </message>
    <message>
        <source>In characters.</source>
        <translation>以字符计。</translation>
    </message>
</context>
<context>
    <name>ColorForm</name>
    <message>
        <source>Any that is free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It marks the listener, and its connections in the table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;lour</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Colors</name>
    <message>
        <source>Blue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Orange</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Green</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pink</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sky blue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Red</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Columns</name>
    <message>
        <source>Peer</source>
        <translation>对端</translation>
    </message>
    <message>
        <source>The address of the client</source>
        <translation>客户端的地址</translation>
    </message>
    <message>
        <source>Listener</source>
        <translation>监听器</translation>
    </message>
    <message>
        <source>The listener that accepted it</source>
        <translation>接受它的监听器</translation>
    </message>
    <message>
        <source>Process</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program at the other end, if it runs on this computer and the system tells. It is looked up for the rows on show.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Local address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The address that the client connected to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open, closing, or why it ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open for</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>Time since it was accepted</source>
        <translation>自接受以来的时间</translation>
    </message>
    <message>
        <source>Idle for</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>Time since bytes last crossed it</source>
        <translation>自上次有字节经过以来的时间</translation>
    </message>
    <message>
        <source>Bytes in</source>
        <translation>收到字节</translation>
    </message>
    <message>
        <source>Received from the client</source>
        <translation>从客户端收到</translation>
    </message>
    <message>
        <source>Bytes out</source>
        <translation>发出字节</translation>
    </message>
    <message>
        <source>Sent to the client</source>
        <translation>发给客户端</translation>
    </message>
    <message>
        <source>Unsent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the bytes out, those that wait because the client does not read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>速率</translation>
    </message>
    <message>
        <source>Bytes a second, both directions together</source>
        <translation>每秒字节数，双向合计</translation>
    </message>
    <message>
        <source>closing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>open</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ColumnsDialog</name>
    <message>
        <source>Columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns, from left to right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As at &amp;first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick what the table shows. The top one stands on the left.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>New listener…</source>
        <translation>新建监听器…</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Undo remove</source>
        <translation>撤销移除</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Reload the code</source>
        <translation>重新加载代码</translation>
    </message>
    <message>
        <source>Start all</source>
        <translation>全部启动</translation>
    </message>
    <message>
        <source>Stop all</source>
        <translation>全部停止</translation>
    </message>
    <message>
        <source>Open in console</source>
        <translation>在控制台中打开</translation>
    </message>
    <message>
        <source>Send to its connections…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New console tab</source>
        <translation>新建控制台标签页</translation>
    </message>
    <message>
        <source>Filter connections</source>
        <translation>筛选连接</translation>
    </message>
    <message>
        <source>Open the profile in an editor</source>
        <translation>在编辑器中打开配置</translation>
    </message>
    <message>
        <source>Load the profile again</source>
        <translation>重新加载配置</translation>
    </message>
    <message>
        <source>Open a recording…</source>
        <translation>打开录制文件…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>About Portdeck</source>
        <translation>关于 Portdeck</translation>
    </message>
</context>
<context>
    <name>ConnectionActions</name>
    <message>
        <source>Send…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send something to the selected connections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close the selected connections: what is written is still sent</source>
        <translation>关闭所选连接：已写入的内容仍会发出</translation>
    </message>
    <message>
        <source>Abort</source>
        <translation>中止</translation>
    </message>
    <message>
        <source>Reset the selected connections: what is not sent yet is dropped</source>
        <translation>重置所选连接：尚未发出的内容会被丢弃</translation>
    </message>
    <message>
        <source>Show closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the connections that ended too: the last 1,000, in grey, with the reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget the closed ones</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ConnectionsPane</name>
    <message>
        <source>Filter the connections</source>
        <translation>筛选连接</translation>
    </message>
    <message>
        <source>Show the connections of all listeners again</source>
        <translation>重新显示所有监听器的连接</translation>
    </message>
    <message>
        <source>Filter by peer, listener, process or state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {0}: show the connections of all listeners again</source>
        <translation>仅 {0}：重新显示所有监听器的连接</translation>
    </message>
    <message>
        <source>None of the {0} connections passes the filter.</source>
        <translation>{0} 个连接都不符合筛选条件。</translation>
    </message>
    <message>
        <source>Nobody is connected.
Switch a listener on and connect to it: with the console below, nc or telnet.</source>
        <translation>还没有人连接。
打开一个监听器，然后用下面的控制台、nc 或 telnet 连接它。</translation>
    </message>
</context>
<context>
    <name>ConnectionsTable</name>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
</context>
<context>
    <name>ConsolePane</name>
    <message>
        <source>Console</source>
        <translation>控制台</translation>
    </message>
    <message>
        <source>New console tab (Ctrl+T)</source>
        <translation>新建控制台标签页 (Ctrl+T)</translation>
    </message>
    <message>
        <source>New console tab</source>
        <translation>新建控制台标签页</translation>
    </message>
    <message>
        <source>Session #{0}</source>
        <translation>会话 #{0}</translation>
    </message>
    <message>
        <source>Close this tab and its connection</source>
        <translation>关闭此标签页及其连接</translation>
    </message>
    <message>
        <source>Close the tab</source>
        <translation>关闭标签页</translation>
    </message>
</context>
<context>
    <name>Detail</name>
    <message>
        <source>Choose a chunk to see its bytes.</source>
        <translation>选择一个数据块以查看其字节。</translation>
    </message>
    <message>
        <source>Encoding of the text column</source>
        <translation>文本列的编码</translation>
    </message>
    <message>
        <source>Copy the selected bytes, or all of them</source>
        <translation>复制所选字节，或全部字节</translation>
    </message>
    <message>
        <source>Copy as hex</source>
        <translation>复制为十六进制</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>复制为文本</translation>
    </message>
    <message>
        <source>Copy as hex dump</source>
        <translation>复制为十六进制转储</translation>
    </message>
    <message>
        <source>Copy as C array</source>
        <translation>复制为 C 数组</translation>
    </message>
    <message>
        <source>Copy as Python bytes</source>
        <translation>复制为 Python bytes</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>{0} of {1} bytes from offset {2}</source>
        <translation>从偏移 {2} 起的 {0} 字节，共 {1} 字节</translation>
    </message>
    <message>
        <source>offset {0} of {1} bytes</source>
        <translation>偏移 {0}，共 {1} 字节</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message>
        <source>Export the traffic</source>
        <translation>导出流量</translation>
    </message>
    <message>
        <source>traffic</source>
        <translation>traffic</translation>
    </message>
    <message>
        <source>Writing {0}</source>
        <translation>正在写入 {0}</translation>
    </message>
    <message>
        <source>Capture for Wireshark</source>
        <translation>Wireshark 捕获文件</translation>
    </message>
    <message>
        <source>JSON lines</source>
        <translation>JSON 行</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Hex dump</source>
        <translation>十六进制转储</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>收到的字节</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>发出的字节</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>The export was cancelled; there is no file.</source>
        <translation>导出已取消，没有生成文件。</translation>
    </message>
    <message>
        <source>{0} is written. Chunks: {1}.</source>
        <translation>{0} 已写好。数据块：{1}。</translation>
    </message>
    <message>
        <source>Dropped from the log before their turn: {0}.</source>
        <translation>轮到之前已从记录中丢弃：{0}。</translation>
    </message>
    <message>
        <source>Cancel the export</source>
        <translation>取消导出</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Filter …</source>
        <translation>筛选…</translation>
    </message>
    <message>
        <source>Both ways</source>
        <translation>双向</translation>
    </message>
    <message>
        <source>← received</source>
        <translation>← 收到</translation>
    </message>
    <message>
        <source>→ sent</source>
        <translation>→ 发出</translation>
    </message>
    <message>
        <source>Direction to show</source>
        <translation>要显示的方向</translation>
    </message>
    <message>
        <source>All listeners</source>
        <translation>所有监听器</translation>
    </message>
    <message>
        <source>Listener or connection to show</source>
        <translation>要显示的监听器或连接</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find …</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Find the one before (Shift+F3)</source>
        <translation>查找上一个 (Shift+F3)</translation>
    </message>
    <message>
        <source>Find the next one (F3)</source>
        <translation>查找下一个 (F3)</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation>找到 {0} 个</translation>
    </message>
    <message>
        <source>none found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>{0} searching…</source>
        <translation>{0}，查找中…</translation>
    </message>
</context>
<context>
    <name>HeldBytes</name>
    <message>
        <source>Let go of them, and type instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let go of what was pasted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, too long to edit: sent exactly as they are</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HexView</name>
    <message>
        <source>Bytes of the chosen chunk</source>
        <translation>所选数据块的字节</translation>
    </message>
    <message>
        <source>Offset {0}: {1}. {2} bytes selected.</source>
        <translation>偏移 {0}：{1}。已选 {2} 字节。</translation>
    </message>
</context>
<context>
    <name>HistoryPopup</name>
    <message>
        <source>Nothing like that was sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was sent yet. What you send will be found here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search in what was sent …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search in what was sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was sent</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>IdentityForm</name>
    <message>
        <source>Your own code</source>
        <translation>您自己的代码</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Protocol</source>
        <translation>协议(&amp;P)</translation>
    </message>
    <message>
        <source>P&amp;ython file</source>
        <translation>Python 文件(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Serve with</source>
        <translation>提供服务的类(&amp;S)</translation>
    </message>
    <message>
        <source>The name {0}.</source>
        <translation>名称有误：{0}。</translation>
    </message>
    <message>
        <source>My server</source>
        <translation>我的服务器</translation>
    </message>
    <message>
        <source>Your own code. It runs inside Portdeck, with all that you may do.</source>
        <translation>您自己的代码。它在 Portdeck 内部运行，拥有您的全部权限。</translation>
    </message>
</context>
<context>
    <name>InputBar</name>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Type a line and press Enter</source>
        <translation>输入一行并按 Enter</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>Text to send</source>
        <translation>要发送的文本</translation>
    </message>
    <message>
        <source>Search in what was sent (Ctrl+R)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search in what was sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More about the input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept as typed. {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept as typed: it would be too long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was sent before is forgotten.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not pasted. {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lines end in CRLF, as in what was pasted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was pasted is no text, so it is in hex.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was pasted is no text, so it has escapes.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>InputMenu</name>
    <message>
        <source>Enter begins a new line, Ctrl+Enter sends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the history…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget all that was sent ({0}), in every tab?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LimitsForm</name>
    <message>
        <source>Connections at &amp;most</source>
        <translation>最多连接数(&amp;M)</translation>
    </message>
    <message>
        <source>One more is told so, and turned away</source>
        <translation>超出者会被告知并拒绝</translation>
    </message>
    <message>
        <source>From &amp;one address</source>
        <translation>来自同一地址(&amp;O)</translation>
    </message>
    <message>
        <source>How many of the connections may come from the same address</source>
        <translation>同一地址最多可以有多少个连接</translation>
    </message>
    <message>
        <source>any number</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>Close when &amp;idle</source>
        <translation>空闲时关闭(&amp;I)</translation>
    </message>
    <message>
        <source>For how long nothing may cross a connection, in or out, until it is closed</source>
        <translation>连接在双向都没有数据多久之后被关闭</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>&amp;Unsent at most</source>
        <translation>最多未发(&amp;U)</translation>
    </message>
    <message>
        <source>A peer that does not read is closed once more than this waits for it</source>
        <translation>不读取数据的对端，积压超过此值即被关闭</translation>
    </message>
    <message>
        <source> KiB</source>
        <translation> KiB</translation>
    </message>
</context>
<context>
    <name>LinesView</name>
    <message>
        <source>… ({0} more)</source>
        <translation>…（还有 {0}）</translation>
    </message>
</context>
<context>
    <name>ListenerForm</name>
    <message>
        <source>New listener</source>
        <translation>新建监听器</translation>
    </message>
    <message>
        <source>Edit {0}</source>
        <translation>编辑 {0}</translation>
    </message>
    <message>
        <source>Save and restart</source>
        <translation>保存并重启</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
</context>
<context>
    <name>ListenerHandling</name>
    <message>
        <source>{0} was removed.</source>
        <translation>{0} 已移除。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>New connections of {0} run the code as it is now.</source>
        <translation>{0} 的新连接将运行现在的代码。</translation>
    </message>
</context>
<context>
    <name>ListenerRow</name>
    <message>
        <source>open to others</source>
        <translation>对他人开放</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>What can be done with {0}</source>
        <translation>可以对 {0} 做什么</translation>
    </message>
    <message>
        <source>Copy the address {0}</source>
        <translation>复制地址 {0}</translation>
    </message>
    <message>
        <source>{0} · {1} connected</source>
        <translation>{0} · {1} 个连接</translation>
    </message>
    <message>
        <source> · {0} refused</source>
        <translation> · 拒绝 {0}</translation>
    </message>
    <message>
        <source>The new code is not in use: {0}</source>
        <translation>新代码没有启用：{0}</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>ListenersPanel</name>
    <message>
        <source>No listener yet.
Make one with “New listener”.</source>
        <translation>还没有监听器。
用“新建监听器”创建一个。</translation>
    </message>
    <message>
        <source>Listeners</source>
        <translation>监听器</translation>
    </message>
</context>
<context>
    <name>LogPane</name>
    <message>
        <source>What the listeners do, and what goes wrong.</source>
        <translation>监听器在做什么，以及出了什么问题。</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>({0} lines came too fast to show)</source>
        <translation>（{0} 行来得太快，未显示）</translation>
    </message>
    <message>
        <source>No log file could be written; the log is here alone</source>
        <translation>无法写入日志文件；日志只在这里</translation>
    </message>
    <message>
        <source>Also written to {0}</source>
        <translation>同时写入 {0}</translation>
    </message>
    <message>
        <source>Copy the log</source>
        <translation>复制日志</translation>
    </message>
    <message>
        <source>Clear the log</source>
        <translation>清空日志</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Loading {0} …</source>
        <translation>正在加载 {0} …</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Listeners</source>
        <translation>监听器</translation>
    </message>
    <message>
        <source>About Portdeck</source>
        <translation>关于 Portdeck</translation>
    </message>
    <message>
        <source>Portdeck {0}

The control panel for the servers on your own machine.

Profile: {1}</source>
        <translation>Portdeck {0}

您自己机器上的服务器的控制面板。

配置：{1}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Connections ({0})</source>
        <translation>连接 ({0})</translation>
    </message>
    <message>
        <source>Log ({0} new)</source>
        <translation>日志（{0} 条新）</translation>
    </message>
</context>
<context>
    <name>Means</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Escapes</source>
        <translation>转义</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>十六进制</translation>
    </message>
    <message>
        <source>How the input is meant</source>
        <translation>如何理解输入</translation>
    </message>
    <message>
        <source>Text: as it is typed
Escapes: \r \n \t \0 \\ \x1b \u00a0 stand for what they say
Hex: bytes such as 48 65 6c, or 0x48, 0x65</source>
        <translation>文本：按输入的原样
转义：\r \n \t \0 \\ \x1b \u00a0 表示相应的字符
十六进制：如 48 65 6c 或 0x48, 0x65 的字节</translation>
    </message>
    <message>
        <source>Line ending</source>
        <translation>行尾</translation>
    </message>
    <message>
        <source>What is sent at the end of each line. Hex is sent as it stands.</source>
        <translation>每行末尾发送的内容。十六进制按原样发送。</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Listener</source>
        <translation>监听器(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Connection</source>
        <translation>连接(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Columns</source>
        <translation>列(&amp;C)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Another one counts from the next start</source>
        <translation>更改在下次启动时生效</translation>
    </message>
</context>
<context>
    <name>OwnCodeForm</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>New file…</source>
        <translation>新建文件…</translation>
    </message>
    <message>
        <source>Choose a Python file with a Twisted DatagramProtocol.</source>
        <translation>选择含有 Twisted DatagramProtocol 的 Python 文件。</translation>
    </message>
    <message>
        <source>Choose a Python file with a Twisted Protocol or Factory.</source>
        <translation>选择含有 Twisted Protocol 或 Factory 的 Python 文件。</translation>
    </message>
    <message>
        <source>Python file</source>
        <translation>Python 文件</translation>
    </message>
    <message>
        <source>What serves, in the file</source>
        <translation>文件中提供服务的对象</translation>
    </message>
    <message>
        <source>Write a short server to begin with, and open it</source>
        <translation>写一个简短的服务器作为开头，并打开它</translation>
    </message>
    <message>
        <source>Choose a file whose name ends in .py.</source>
        <translation>请选择名称以 .py 结尾的文件。</translation>
    </message>
    <message>
        <source>There is no Twisted DatagramProtocol to serve UDP with in it.</source>
        <translation>其中没有可用于 UDP 的 Twisted DatagramProtocol。</translation>
    </message>
    <message>
        <source>There is no Twisted Protocol, Factory or function to serve with in it.</source>
        <translation>其中没有可提供服务的 Twisted Protocol、Factory 或函数。</translation>
    </message>
    <message>
        <source>Choose a Python file</source>
        <translation>选择 Python 文件</translation>
    </message>
    <message>
        <source>Write a new Python file</source>
        <translation>写一个新的 Python 文件</translation>
    </message>
    <message>
        <source>Python files (*.py)</source>
        <translation>Python 文件 (*.py)</translation>
    </message>
</context>
<context>
    <name>PatternEdit</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Regex</source>
        <translation>正则</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>十六进制</translation>
    </message>
    <message>
        <source>{0}: how it is meant</source>
        <translation>{0}：含义</translation>
    </message>
    <message>
        <source>Match upper and lower case exactly</source>
        <translation>区分大小写</translation>
    </message>
    <message>
        <source>{0}: match case</source>
        <translation>{0}：区分大小写</translation>
    </message>
</context>
<context>
    <name>PlaceForm</name>
    <message>
        <source>&amp;Transport</source>
        <translation>传输(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Reachable for</source>
        <translation>谁可访问(&amp;R)</translation>
    </message>
    <message>
        <source>P&amp;ort</source>
        <translation>端口(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Endpoint</source>
        <translation>端点(&amp;E)</translation>
    </message>
    <message>
        <source>With port 0 it gets any free port, another one at each start.</source>
        <translation>端口为 0 时取任一空闲端口，每次启动都不同。</translation>
    </message>
    <message>
        <source>Others on your network will be able to connect.</source>
        <translation>您网络上的其他人将能够连接。</translation>
    </message>
    <message>
        <source>TCP</source>
        <translation>TCP</translation>
    </message>
    <message>
        <source>Something else: a Twisted endpoint</source>
        <translation>其他：Twisted 端点</translation>
    </message>
</context>
<context>
    <name>ProfileCommands</name>
    <message>
        <source>No program here opens {0}. Edit it by hand.</source>
        <translation>这里没有程序能打开 {0}。请手动编辑。</translation>
    </message>
    <message>
        <source>Load it again</source>
        <translation>重新加载</translation>
    </message>
    <message>
        <source>… and {0} more, all of them in the log</source>
        <translation>……还有 {0} 条，全部在日志中</translation>
    </message>
    <message>
        <source>{0} has mistakes and is left as it is:</source>
        <translation>{0} 有错误，保持原样：</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开它</translation>
    </message>
    <message>
        <source>Set it aside and go on</source>
        <translation>搁置它并继续</translation>
    </message>
</context>
<context>
    <name>Reach</name>
    <message>
        <source>This computer only</source>
        <translation>仅本机</translation>
    </message>
    <message>
        <source>This computer only, IPv6</source>
        <translation>仅本机，IPv6</translation>
    </message>
    <message>
        <source>Everybody who reaches this computer</source>
        <translation>所有能访问本机的人</translation>
    </message>
    <message>
        <source>The network on {0} ({1})</source>
        <translation>{0} 上的网络（{1}）</translation>
    </message>
    <message>
        <source>The address {0}</source>
        <translation>地址 {0}</translation>
    </message>
</context>
<context>
    <name>RecordingLine</name>
    <message>
        <source>Stop recording</source>
        <translation>停止录制</translation>
    </message>
    <message>
        <source>Record the traffic to a file</source>
        <translation>把流量录制到文件</translation>
    </message>
    <message>
        <source>Recordings (*.{0})</source>
        <translation>录制文件 (*.{0})</translation>
    </message>
    <message>
        <source>Recording to {0}: {1}</source>
        <translation>正在录制到 {0}：{1}</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
    <message>
        <source>{0} Recorded until then: {1}</source>
        <translation>{0} 到此为止已录制：{1}</translation>
    </message>
    <message>
        <source>{0} is written: {1}</source>
        <translation>{0} 已写好：{1}</translation>
    </message>
    <message>
        <source>{0} chunks, {1}</source>
        <translation>{0} 个数据块，{1}</translation>
    </message>
    <message>
        <source>the disk was too slow for {0} chunks</source>
        <translation>磁盘太慢，漏掉 {0} 个数据块</translation>
    </message>
</context>
<context>
    <name>RecordingWindow</name>
    <message>
        <source>{0} – Portdeck recording</source>
        <translation>{0} – Portdeck 录制</translation>
    </message>
</context>
<context>
    <name>Recordings</name>
    <message>
        <source>Open a recording</source>
        <translation>打开录制文件</translation>
    </message>
    <message>
        <source>Recordings (*.{0})</source>
        <translation>录制文件 (*.{0})</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>RowMenu</name>
    <message>
        <source>Show only {0}</source>
        <translation>只显示 {0}</translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation>显示全部</translation>
    </message>
</context>
<context>
    <name>Scans</name>
    <message>
        <source>The expression takes too long: stopped after {0} chunks.</source>
        <translation>表达式耗时太长：在 {0} 个数据块后停止。</translation>
    </message>
    <message>
        <source>The expression takes too long. Chunks passed over: {0}.</source>
        <translation>表达式耗时太长。跳过的数据块：{0}。</translation>
    </message>
</context>
<context>
    <name>SendDialog</name>
    <message>
        <source>Send to {0}</source>
        <translation>发送到 {0}</translation>
    </message>
    <message>
        <source>It goes to {0} connections.</source>
        <translation>将发送到 {0} 个连接。</translation>
    </message>
    <message>
        <source>It goes to one connection.</source>
        <translation>将发送到一个连接。</translation>
    </message>
    <message>
        <source>It goes to {0} of {1} connections; the others are closed.</source>
        <translation>将发送到 {1} 个连接中的 {0} 个；其余已关闭。</translation>
    </message>
    <message>
        <source>Nobody is connected.</source>
        <translation>没有人连接。</translation>
    </message>
    <message>
        <source>Nothing was sent: nobody is connected.</source>
        <translation>没有发送任何内容：没有人连接。</translation>
    </message>
    <message>
        <source>{0} sent to one connection.</source>
        <translation>已向一个连接发送 {0}。</translation>
    </message>
    <message>
        <source>{0} sent to each of {1} connections.</source>
        <translation>已向 {1} 个连接各发送 {0}。</translation>
    </message>
    <message>
        <source>{0} were closed meanwhile.</source>
        <translation>其间有 {0} 个已关闭。</translation>
    </message>
</context>
<context>
    <name>Sending</name>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>{0} connections</source>
        <translation>{0} 个连接</translation>
    </message>
    <message>
        <source>all of {0}</source>
        <translation>{0} 的全部</translation>
    </message>
</context>
<context>
    <name>SessionTab</name>
    <message>
        <source>Clear the transcript</source>
        <translation>清空记录</translation>
    </message>
    <message>
        <source>Copy the transcript</source>
        <translation>复制记录</translation>
    </message>
</context>
<context>
    <name>State</name>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>正在监听</translation>
    </message>
    <message>
        <source>stopping</source>
        <translation>正在停止</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
</context>
<context>
    <name>StateBar</name>
    <message>
        <source>{0} kept, {1}</source>
        <translation>保留 {0}，{1}</translation>
    </message>
    <message>
        <source>{0} shown</source>
        <translation>显示 {0}</translation>
    </message>
    <message>
        <source>{0} dropped, {1}</source>
        <translation>丢弃 {0}，{1}</translation>
    </message>
    <message>
        <source>{0} cleared, {1}</source>
        <translation>清除 {0}，{1}</translation>
    </message>
    <message>
        <source>paused, {0} newer</source>
        <translation>已暂停，有 {0} 个更新的</translation>
    </message>
    <message>
        <source>Record to a file</source>
        <translation>录制到文件</translation>
    </message>
    <message>
        <source>Hold the view still; nothing is lost</source>
        <translation>冻结视图；不会丢失任何内容</translation>
    </message>
    <message>
        <source>Forget the traffic so far</source>
        <translation>清除目前的流量</translation>
    </message>
    <message>
        <source>Export to a file</source>
        <translation>导出到文件</translation>
    </message>
    <message>
        <source>Time of day</source>
        <translation>时刻</translation>
    </message>
    <message>
        <source>Seconds since the first</source>
        <translation>自第一个起的秒数</translation>
    </message>
    <message>
        <source>Seconds since the row above</source>
        <translation>自上一行起的秒数</translation>
    </message>
    <message>
        <source>What the time column says</source>
        <translation>时间列显示什么</translation>
    </message>
    <message>
        <source>1 chunk</source>
        <translation>1 个数据块</translation>
    </message>
    <message>
        <source>{0} chunks</source>
        <translation>{0} 个数据块</translation>
    </message>
</context>
<context>
    <name>SwitchesForm</name>
    <message>
        <source>St&amp;art it together with Portdeck</source>
        <translation>随 Portdeck 一起启动(&amp;A)</translation>
    </message>
</context>
<context>
    <name>TargetBar</name>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation>断开</translation>
    </message>
    <message>
        <source>Abort</source>
        <translation>中止</translation>
    </message>
    <message>
        <source>listener or host:port</source>
        <translation>监听器或 主机:端口</translation>
    </message>
    <message>
        <source>Where to connect to</source>
        <translation>连接到哪里</translation>
    </message>
    <message>
        <source>{0} is not listening.</source>
        <translation>{0} 没有在监听。</translation>
    </message>
    <message>
        <source>Start {0} and connect</source>
        <translation>启动 {0} 并连接</translation>
    </message>
</context>
<context>
    <name>Totals</name>
    <message>
        <source>{0} of {1} listening</source>
        <translation>{1} 个中有 {0} 个在监听</translation>
    </message>
    <message>
        <source>1 connection</source>
        <translation>1 个连接</translation>
    </message>
    <message>
        <source>{0} connections</source>
        <translation>{0} 个连接</translation>
    </message>
    <message>
        <source>loopback only</source>
        <translation>仅本机回环</translation>
    </message>
    <message>
        <source>others can reach {0}</source>
        <translation>他人可访问 {0}</translation>
    </message>
</context>
<context>
    <name>TrafficModel</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>(not kept any more)</source>
        <translation>（已不再保留）</translation>
    </message>
</context>
<context>
    <name>TrafficPane</name>
    <message>
        <source>Export all …</source>
        <translation>导出全部…</translation>
    </message>
    <message>
        <source>Export what is shown …</source>
        <translation>导出所显示的…</translation>
    </message>
    <message>
        <source>Export the selected …</source>
        <translation>导出所选的…</translation>
    </message>
    <message>
        <source>No chunk is as the filter wants it.</source>
        <translation>没有符合筛选条件的数据块。</translation>
    </message>
    <message>
        <source>Nothing crossed a listener yet.</source>
        <translation>还没有数据经过监听器。</translation>
    </message>
    <message>
        <source>Nothing was recorded.</source>
        <translation>没有录制到任何内容。</translation>
    </message>
</context>
<context>
    <name>TrafficTable</name>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
</context>
<context>
    <name>TranscriptView</name>
    <message>
        <source>What was said</source>
        <translation>对话内容</translation>
    </message>
    <message>
        <source>Choose a listener or type host:port, connect, and talk to it below.</source>
        <translation>选择监听器或输入 主机:端口，连接后在下面与它对话。</translation>
    </message>
    <message>
        <source>({0} chunks came too fast to show)</source>
        <translation>（{0} 个数据块来得太快，未显示）</translation>
    </message>
</context>
</TS>
