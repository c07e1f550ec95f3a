<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Portdeck</source>
        <translation>关于 Portdeck</translation>
    </message>
    <message>
        <source>The control panel for the servers on your own machine. Built on Twisted and Qt. Free software under the MIT licence.</source>
        <translation>本机服务器的控制面板。基于 Twisted 和 Qt 构建。自由软件，采用 MIT 许可证。</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Website</source>
        <translation>网站</translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation>复制版本信息</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
</context>
<context>
    <name>AddressForm</name>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>&amp;Transport</source>
        <translation>传输(&amp;T)</translation>
    </message>
    <message>
        <source>Reac&amp;hable for</source>
        <translation>谁可访问(&amp;H)</translation>
    </message>
    <message>
        <source>Po&amp;rt</source>
        <translation>端口(&amp;R)</translation>
    </message>
    <message>
        <source>En&amp;dpoint</source>
        <translation>端点(&amp;D)</translation>
    </message>
    <message>
        <source>The program says where it listens, and who can reach it.</source>
        <translation>程序自己决定在哪里监听，以及谁可以访问。</translation>
    </message>
    <message>
        <source>With port 0 it gets any free port, another one at each start.</source>
        <translation>端口为 0 时取任一空闲端口，每次启动都不同。</translation>
    </message>
    <message>
        <source>Others on your network will be able to connect.</source>
        <translation>您网络上的其他人将能够连接。</translation>
    </message>
</context>
<context>
    <name>AppearancePage</name>
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
        <source>Comfortable</source>
        <translation>宽松</translation>
    </message>
    <message>
        <source>Compact</source>
        <translation>紧凑</translation>
    </message>
    <message>
        <source>Ctrl++ and Ctrl+- zoom too, and Ctrl+0 goes back to 100 %.</source>
        <translation>也可用 Ctrl++ 和 Ctrl+- 缩放，Ctrl+0 恢复为 100 %。</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>蓝</translation>
    </message>
    <message>
        <source>Violet</source>
        <translation>紫罗兰</translation>
    </message>
    <message>
        <source>Pink</source>
        <translation>粉</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>红</translation>
    </message>
    <message>
        <source>Amber</source>
        <translation>琥珀</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>绿</translation>
    </message>
    <message>
        <source>Teal</source>
        <translation>青</translation>
    </message>
    <message>
        <source>Another…</source>
        <translation>其他…</translation>
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
    <name>CaptureWindow</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>{0} – capture</source>
        <translation>{0} – 抓包</translation>
    </message>
    <message>
        <source>How much of the capture is read</source>
        <translation>抓包文件的读取进度</translation>
    </message>
    <message>
        <source>Read no further, and keep what is read</source>
        <translation>不再继续读取，保留已读取的内容</translation>
    </message>
    <message>
        <source>Read: {0} packets. Connections: {1}.</source>
        <translation>已读取 {0} 个数据包，连接数：{1}。</translation>
    </message>
    <message>
        <source>Cancelled. Read until then: {0} packets. Connections: {1}.</source>
        <translation>已取消。此前已读取 {0} 个数据包，连接数：{1}。</translation>
    </message>
</context>
<context>
    <name>Captures</name>
    <message>
        <source>Open a capture</source>
        <translation>打开抓包文件</translation>
    </message>
    <message>
        <source>Captures ({0})</source>
        <translation>抓包文件 ({0})</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
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
        <source>Otherwise the connection stays open. UDP has no connections.</source>
        <translation>否则连接保持打开。UDP 没有连接。</translation>
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
        <source>A longer one ends the connection.</source>
        <translation>更长的行会使连接结束。</translation>
    </message>
    <message>
        <source> bytes</source>
        <translation> 字节</translation>
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
    <message>
        <source>WebSocket</source>
        <translation>WebSocket</translation>
    </message>
    <message>
        <source>Sends each message back, to everyone else, or a script of messages (RFC 6455).</source>
        <translation>把每条消息发回、发给其他所有人，或发送一组脚本消息（RFC 6455）。</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Echo: sent back. Room: sent to everyone else. Script: those below are sent.</source>
        <translation>回显：发回。聊天室：发给其他所有人。脚本：发送下面的消息。</translation>
    </message>
    <message>
        <source>echo</source>
        <translation>回显</translation>
    </message>
    <message>
        <source>room</source>
        <translation>聊天室</translation>
    </message>
    <message>
        <source>script</source>
        <translation>脚本</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>Such as /chat; another one is answered 404. * takes every path.</source>
        <translation>例如 /chat；其他路径回答 404。* 接受任何路径。</translation>
    </message>
    <message>
        <source>Subprotocols</source>
        <translation>子协议</translation>
    </message>
    <message>
        <source>With commas between; the first that the client offers too is chosen.</source>
        <translation>以逗号分隔；选用客户端也提供的第一个。</translation>
    </message>
    <message>
        <source>Compress</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>permessage-deflate, for clients that offer it.</source>
        <translation>permessage-deflate，用于提供它的客户端。</translation>
    </message>
    <message>
        <source>Script</source>
        <translation>脚本</translation>
    </message>
    <message>
        <source>Each line is one message, sent to every client.</source>
        <translation>每行是一条消息，发给每个客户端。</translation>
    </message>
    <message>
        <source>Between two messages of the script.</source>
        <translation>脚本中两条消息之间。</translation>
    </message>
    <message>
        <source>Repeat the script</source>
        <translation>重复脚本</translation>
    </message>
    <message>
        <source>Close code</source>
        <translation>关闭码</translation>
    </message>
    <message>
        <source>After the script: 1000 to 1013 or 3000 to 4999; 0 leaves it open.</source>
        <translation>脚本发完之后：1000 至 1013 或 3000 至 4999；0 表示保持打开。</translation>
    </message>
    <message>
        <source>A client that does not answer until the next is closed; 0 sends none.</source>
        <translation>在下一次 Ping 之前没有应答的客户端会被关闭；0 表示不发送。</translation>
    </message>
    <message>
        <source>Otherwise it ends with the close code.</source>
        <translation>否则发完后以关闭码结束。</translation>
    </message>
    <message>
        <source>Messages are sent in frames of this size; 0 sends each as one frame.</source>
        <translation>消息按此大小分片发送；0 表示每条消息作为一个帧发送。</translation>
    </message>
    <message>
        <source>Ping every</source>
        <translation>Ping 间隔</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Longest message</source>
        <translation>最长的消息</translation>
    </message>
    <message>
        <source>After decompression; a longer one closes with 1009.</source>
        <translation>解压后的长度；更长的以 1009 关闭。</translation>
    </message>
    <message>
        <source>Longest frame</source>
        <translation>最长的帧</translation>
    </message>
    <message>
        <source>Before decompression; a longer one closes with 1009.</source>
        <translation>解压前的长度；更长的以 1009 关闭。</translation>
    </message>
    <message>
        <source>Replies by rule</source>
        <translation>按规则回复</translation>
    </message>
    <message>
        <source>Answers each message as the first rule that matches it says.</source>
        <translation>按第一条匹配的规则回复每条消息。</translation>
    </message>
    <message>
        <source>Answers each datagram as the first rule that matches it says.</source>
        <translation>按第一条匹配的规则回复每个数据报。</translation>
    </message>
    <message>
        <source>The rules are edited in a window of their own: choose Listener, Rules.</source>
        <translation>规则在单独的窗口中编辑：请选择“监听器 → 规则”。</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>转发</translation>
    </message>
    <message>
        <source>Passes each connection on to another server, and what that says back.</source>
        <translation>把每个连接转发到另一台服务器，并传回它的应答。</translation>
    </message>
    <message>
        <source>Passes each datagram on to another server, and what that says back.</source>
        <translation>把每个数据报转发到另一台服务器，并传回它的应答。</translation>
    </message>
    <message>
        <source>Rules that rewrite messages, and which messages are held, are chosen in windows of their own: Listener, Rules, and Listener, Held messages.</source>
        <translation>改写消息的规则以及要拦截哪些消息，在各自的窗口中设置：“监听器 → 规则”和“监听器 → 被拦截的消息”。</translation>
    </message>
    <message>
        <source>Forward to</source>
        <translation>转发到</translation>
    </message>
    <message>
        <source>Such as localhost:8080, tls:example.org:443, unix:/run/app.sock.</source>
        <translation>例如 localhost:8080、tls:example.org:443、unix:/run/app.sock。</translation>
    </message>
    <message>
        <source>Connect at</source>
        <translation>连接时机</translation>
    </message>
    <message>
        <source>When a client comes, or when it has sent something.</source>
        <translation>客户端连入时，或它发送了数据之后。</translation>
    </message>
    <message>
        <source>accept</source>
        <translation>连入时</translation>
    </message>
    <message>
        <source>first-byte</source>
        <translation>收到首字节时</translation>
    </message>
    <message>
        <source>After that the client is turned away.</source>
        <translation>超时后拒绝客户端。</translation>
    </message>
    <message>
        <source>PROXY header</source>
        <translation>PROXY 头</translation>
    </message>
    <message>
        <source>Tells the target the address of the client, as HAProxy does.</source>
        <translation>像 HAProxy 那样把客户端的地址告诉目标。</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>v1</source>
        <translation>v1</translation>
    </message>
    <message>
        <source>v2</source>
        <translation>v2</translation>
    </message>
    <message>
        <source>Check the certificate of a TLS target</source>
        <translation>检查 TLS 目标的证书</translation>
    </message>
    <message>
        <source>Without that anybody can pretend to be the target.</source>
        <translation>不检查的话，任何人都可以冒充目标。</translation>
    </message>
    <message>
        <source>Authorities to trust</source>
        <translation>信任的证书颁发机构</translation>
    </message>
    <message>
        <source>A PEM file; those of the system if it is empty.</source>
        <translation>一个 PEM 文件；留空则使用系统的。</translation>
    </message>
    <message>
        <source>SOCKS proxy</source>
        <translation>SOCKS 代理</translation>
    </message>
    <message>
        <source>Forwards each client to where it asks, by SOCKS5 or HTTP CONNECT.</source>
        <translation>通过 SOCKS5 或 HTTP CONNECT 把每个客户端转发到它要求的目标。</translation>
    </message>
    <message>
        <source>Anywhere lets every client use the network as this machine can.</source>
        <translation>“任何地方”允许每个客户端像本机一样使用网络。</translation>
    </message>
    <message>
        <source>loopback</source>
        <translation>仅本机</translation>
    </message>
    <message>
        <source>anywhere</source>
        <translation>任何地方</translation>
    </message>
    <message>
        <source>HTTP</source>
        <translation>HTTP</translation>
    </message>
    <message>
        <source>Answers requests: with what it got as JSON, a fixed body, or a folder&apos;s files.</source>
        <translation>回答请求：以 JSON 返回收到的内容、固定的正文，或文件夹中的文件。</translation>
    </message>
    <message>
        <source>Answer with</source>
        <translation>回答内容</translation>
    </message>
    <message>
        <source>Inspect: the request as JSON. Fixed: the body below. Folder: files.</source>
        <translation>查看：以 JSON 返回请求。固定：下面的正文。文件夹：文件。</translation>
    </message>
    <message>
        <source>inspect</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>fixed</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Its files are served, except hidden ones; ~ is your home folder.</source>
        <translation>提供其中的文件，不含隐藏文件；~ 是您的主目录。</translation>
    </message>
    <message>
        <source>Of every answer that is not a file, one on each line.</source>
        <translation>用于每个不是文件的回答，每行一个。</translation>
    </message>
    <message>
        <source>Delay</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Longest body</source>
        <translation>最长的正文</translation>
    </message>
    <message>
        <source>List folders</source>
        <translation>列出文件夹内容</translation>
    </message>
    <message>
        <source>Longest line</source>
        <translation>最长的行</translation>
    </message>
    <message>
        <source>Interval</source>
        <translation>间隔</translation>
    </message>
    <message>
        <source> ms</source>
        <translation> 毫秒</translation>
    </message>
    <message>
        <source>Fragment size</source>
        <translation>分片大小</translation>
    </message>
    <message>
        <source>Connect within</source>
        <translation>连接时限</translation>
    </message>
    <message>
        <source>Where a folder has no index.html.</source>
        <translation>文件夹中没有 index.html 时。</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态码</translation>
    </message>
    <message>
        <source>Of every answer that is not a file.</source>
        <translation>用于每个不是文件的回答。</translation>
    </message>
    <message>
        <source>Headers</source>
        <translation>头部</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>Of a fixed answer, as UTF-8.</source>
        <translation>固定回答的正文，以 UTF-8 编码。</translation>
    </message>
    <message>
        <source>Before every answer.</source>
        <translation>每次回答之前。</translation>
    </message>
    <message>
        <source>A request with a longer one is answered 413.</source>
        <translation>正文更长的请求回答 413。</translation>
    </message>
</context>
<context>
    <name>Certificate</name>
    <message>
        <source>For {0}</source>
        <translation>用于 {0}</translation>
    </message>
    <message>
        <source>Valid until {0}</source>
        <translation>有效期至 {0}</translation>
    </message>
    <message>
        <source>SHA-256 {0}</source>
        <translation>SHA-256 {0}</translation>
    </message>
</context>
<context>
    <name>CertificateDialog</name>
    <message>
        <source>The peer&apos;s certificate</source>
        <translation>对端的证书</translation>
    </message>
    <message>
        <source>It is not to be trusted: {0}.</source>
        <translation>不可信任：{0}。</translation>
    </message>
    <message>
        <source>It is trusted here.</source>
        <translation>在此受信任。</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>主体</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>颁发者</translation>
    </message>
    <message>
        <source>Valid from</source>
        <translation>生效时间</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>失效时间</translation>
    </message>
    <message>
        <source>SHA-256</source>
        <translation>SHA-256</translation>
    </message>
    <message>
        <source>Copy as PEM</source>
        <translation>复制为 PEM</translation>
    </message>
</context>
<context>
    <name>ChoiceDisplay</name>
    <message>
        <source>Nobody is connected to {0}.</source>
        <translation>没有人连接到 {0}。</translation>
    </message>
    <message>
        <source>Nobody is connected to these {0} listeners.</source>
        <translation>没有人连接到这 {0} 个监听器。</translation>
    </message>
    <message>
        <source>Nobody is connected.
Connect to a listener that is on: with the console, nc or telnet.</source>
        <translation>没有人连接。
请用控制台、nc 或 telnet 连接到已启动的监听器。</translation>
    </message>
    <message>
        <source>Connect with the console</source>
        <translation>用控制台连接</translation>
    </message>
    <message>
        <source>{0} is not listening.</source>
        <translation>{0} 没有在监听。</translation>
    </message>
    <message>
        <source>Start {0}</source>
        <translation>启动 {0}</translation>
    </message>
    <message>
        <source>None of these {0} listeners is on.</source>
        <translation>这 {0} 个监听器都没有启动。</translation>
    </message>
    <message>
        <source>Start them</source>
        <translation>启动它们</translation>
    </message>
    <message>
        <source>Start all</source>
        <translation>全部启动</translation>
    </message>
    <message>
        <source>No listener is on.</source>
        <translation>没有已启动的监听器。</translation>
    </message>
    <message>
        <source>New listener…</source>
        <translation>新建监听器…</translation>
    </message>
    <message>
        <source>No listener yet.</source>
        <translation>还没有监听器。</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>停止录制</translation>
    </message>
    <message>
        <source>Record the traffic…</source>
        <translation>录制流量…</translation>
    </message>
    <message>
        <source>Show its connection</source>
        <translation>显示它的连接</translation>
    </message>
</context>
<context>
    <name>ClosingQuestion</name>
    <message>
        <source>Do not ask again (Settings, Start and end)</source>
        <translation>不再询问（设置 → 启动与退出）</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Stop now</source>
        <translation>立即停止</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>立即重启</translation>
    </message>
    <message>
        <source>Remove now</source>
        <translation>立即移除</translation>
    </message>
    <message>
        <source>Quit now</source>
        <translation>立即退出</translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>排空</translation>
    </message>
    <message>
        <source>Drain, then start</source>
        <translation>排空后启动</translation>
    </message>
    <message>
        <source>Drain, then remove</source>
        <translation>排空后移除</translation>
    </message>
    <message>
        <source>Drain, then quit</source>
        <translation>排空后退出</translation>
    </message>
    <message>
        <source>{0} has 1 connection.</source>
        <translation>{0} 有 1 个连接。</translation>
    </message>
    <message>
        <source>{0} has {1} connections.</source>
        <translation>{0} 有 {1} 个连接。</translation>
    </message>
    <message>
        <source>{0} listeners have {1} connections.</source>
        <translation>{0} 个监听器共有 {1} 个连接。</translation>
    </message>
    <message>
        <source>Stopping closes them at once.</source>
        <translation>停止会立即断开它们。</translation>
    </message>
    <message>
        <source>A restart closes them at once.</source>
        <translation>重启会立即断开它们。</translation>
    </message>
    <message>
        <source>Removing closes them at once, and Undo does not restore them.</source>
        <translation>移除会立即断开它们，且撤销无法恢复。</translation>
    </message>
    <message>
        <source>Quitting closes them at once.</source>
        <translation>退出会立即断开它们。</translation>
    </message>
    <message>
        <source>Draining accepts nobody more and waits until they have left.</source>
        <translation>排空不再接受新连接，并等待现有连接离开。</translation>
    </message>
    <message>
        <source>{0} {1}</source>
        <comment>two sentences</comment>
        <translation>{0}{1}</translation>
    </message>
</context>
<context>
    <name>ColorForm</name>
    <message>
        <source>In Portdeck</source>
        <translation>在 Portdeck 中</translation>
    </message>
    <message>
        <source>Any that is free</source>
        <translation>任一未用的</translation>
    </message>
    <message>
        <source>It marks the listener, and its connections in the table</source>
        <translation>用来标记监听器及其在表中的连接</translation>
    </message>
    <message>
        <source>Co&amp;lour</source>
        <translation>颜色(&amp;L)</translation>
    </message>
</context>
<context>
    <name>Colors</name>
    <message>
        <source>Blue</source>
        <translation>蓝</translation>
    </message>
    <message>
        <source>Orange</source>
        <translation>橙</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>绿</translation>
    </message>
    <message>
        <source>Pink</source>
        <translation>粉</translation>
    </message>
    <message>
        <source>Sky blue</source>
        <translation>天蓝</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>红</translation>
    </message>
    <message>
        <source>Purple</source>
        <translation>紫</translation>
    </message>
    <message>
        <source>Teal</source>
        <translation>青</translation>
    </message>
    <message>
        <source>Olive</source>
        <translation>橄榄绿</translation>
    </message>
    <message>
        <source>Brown</source>
        <translation>棕</translation>
    </message>
    <message>
        <source>Graphite</source>
        <translation>石墨灰</translation>
    </message>
    <message>
        <source>Crimson</source>
        <translation>绯红</translation>
    </message>
</context>
<context>
    <name>ColumnLayout</name>
    <message>
        <source>Arrange the columns…</source>
        <translation>排列各列…</translation>
    </message>
    <message>
        <source>Default columns</source>
        <translation>默认列</translation>
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
        <translation>进程</translation>
    </message>
    <message>
        <source>The program at the other end, if it runs on this computer and the system tells. It is looked up for the rows on show.</source>
        <translation>另一端的程序（如果它在本机运行且系统告知）。只为显示出来的行查找。</translation>
    </message>
    <message>
        <source>Local address</source>
        <translation>本地地址</translation>
    </message>
    <message>
        <source>The address that the client connected to</source>
        <translation>客户端连接到的地址</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>Where a client is forwarded to</source>
        <translation>客户端被转发到的地方</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>The version of TLS, the cipher, and whose certificate the client showed</source>
        <translation>TLS 版本、加密套件，以及客户端出示了谁的证书</translation>
    </message>
    <message>
        <source>Faults</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>What disturbs it on purpose</source>
        <translation>有意施加在该连接上的干扰</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Open, closing, or why it ended</source>
        <translation>打开、正在关闭，或结束的原因</translation>
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
        <translation>未发</translation>
    </message>
    <message>
        <source>Of the bytes out, those that wait because the client does not read</source>
        <translation>发出字节中因客户端不读取而等待的部分</translation>
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
        <source>{0} (connecting)</source>
        <translation>{0}（正在连接）</translation>
    </message>
    <message>
        <source>{0} (failed)</source>
        <translation>{0}（失败）</translation>
    </message>
    <message>
        <source>closing</source>
        <translation>正在关闭</translation>
    </message>
    <message>
        <source>open</source>
        <translation>打开</translation>
    </message>
</context>
<context>
    <name>ColumnsDialog</name>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Columns, from left to right</source>
        <translation>列，从左到右</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>下移(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Restore defaults</source>
        <translation>恢复默认(&amp;R)</translation>
    </message>
    <message>
        <source>Tick the columns to show. The first one in the list is the leftmost.</source>
        <translation>勾选要显示的列。列表中的第一列在最左边。</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Show {0}</source>
        <translation>显示 {0}</translation>
    </message>
    <message>
        <source>Stop {0}</source>
        <translation>停止 {0}</translation>
    </message>
    <message>
        <source>Start {0}</source>
        <translation>启动 {0}</translation>
    </message>
    <message>
        <source>Send {0}</source>
        <translation>发送 {0}</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Listener</source>
        <translation>监听器</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Snippet</source>
        <translation>片段</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Nothing matches.</source>
        <translation>没有匹配项。</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>Find a command, listener, connection, snippet or setting</source>
        <translation>查找命令、监听器、连接、片段或设置</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>not possible now</source>
        <translation>现在不可用</translation>
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
        <source>Drain</source>
        <translation>排空</translation>
    </message>
    <message>
        <source>Record the traffic…</source>
        <translation>录制流量…</translation>
    </message>
    <message>
        <source>Open a capture…</source>
        <translation>打开抓包文件…</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Show its traffic</source>
        <translation>显示它的流量</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>复制一份</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Rules…</source>
        <translation>规则…</translation>
    </message>
    <message>
        <source>Held messages…</source>
        <translation>被拦截的消息…</translation>
    </message>
    <message>
        <source>Redo remove</source>
        <translation>重做移除</translation>
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
        <translation>发送给它的连接…</translation>
    </message>
    <message>
        <source>Find in the pane</source>
        <translation>在当前面板中查找</translation>
    </message>
    <message>
        <source>New console tab</source>
        <translation>新建控制台标签页</translation>
    </message>
    <message>
        <source>New profile…</source>
        <translation>新建配置…</translation>
    </message>
    <message>
        <source>Open profile…</source>
        <translation>打开配置…</translation>
    </message>
    <message>
        <source>Import listeners from…</source>
        <translation>从文件导入监听器…</translation>
    </message>
    <message>
        <source>Export profile as…</source>
        <translation>导出配置为…</translation>
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
        <source>Open a Twisted program…</source>
        <translation>打开 Twisted 程序…</translation>
    </message>
    <message>
        <source>Trust the code of this profile…</source>
        <translation>信任此配置的代码…</translation>
    </message>
    <message>
        <source>Open a recording…</source>
        <translation>打开录制文件…</translation>
    </message>
    <message>
        <source>Export the CA certificate…</source>
        <translation>导出 CA 证书…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Faults…</source>
        <translation>故障…</translation>
    </message>
    <message>
        <source>Clear all faults</source>
        <translation>清除所有故障</translation>
    </message>
    <message>
        <source>Command palette…</source>
        <translation>命令面板…</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>下一个窗格</translation>
    </message>
    <message>
        <source>Previous pane</source>
        <translation>上一个窗格</translation>
    </message>
    <message>
        <source>Go to the listeners</source>
        <translation>转到监听器</translation>
    </message>
    <message>
        <source>Go to the shown tab</source>
        <translation>转到当前标签页</translation>
    </message>
    <message>
        <source>Go to the console</source>
        <translation>转到控制台</translation>
    </message>
    <message>
        <source>Show the overview</source>
        <translation>显示概览</translation>
    </message>
    <message>
        <source>Show the connections</source>
        <translation>显示连接</translation>
    </message>
    <message>
        <source>Show the traffic</source>
        <translation>显示流量</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation>侧边栏</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>控制台</translation>
    </message>
    <message>
        <source>Console at the right</source>
        <translation>控制台靠右</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Search listeners</source>
        <translation>搜索监听器</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>放大文字</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>缩小文字</translation>
    </message>
    <message>
        <source>Normal text size</source>
        <translation>恢复正常文字大小</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>指南</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>About Portdeck</source>
        <translation>关于 Portdeck</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Start {0} marked</source>
        <translation>启动所选 {0} 个</translation>
    </message>
    <message>
        <source>Stop {0} marked</source>
        <translation>停止所选 {0} 个</translation>
    </message>
</context>
<context>
    <name>CompareWindow</name>
    <message>
        <source>What the &amp;servers said</source>
        <translation>服务器发送的内容(&amp;S)</translation>
    </message>
    <message>
        <source>What the &amp;clients said</source>
        <translation>客户端发送的内容(&amp;C)</translation>
    </message>
    <message>
        <source>{0} and {1}</source>
        <translation>{0} 与 {1}</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>The conversations are too long. Only their beginnings are read.</source>
        <translation>会话太长，只读取了开头部分。</translation>
    </message>
</context>
<context>
    <name>ComparisonModel</name>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>预期</translation>
    </message>
    <message>
        <source>Came</source>
        <translation>实际</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>different</source>
        <translation>不同</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>extra</source>
        <translation>多余</translation>
    </message>
</context>
<context>
    <name>ComparisonView</name>
    <message>
        <source>Only what is &amp;not equal</source>
        <translation>只显示不相同的(&amp;N)</translation>
    </message>
    <message>
        <source>{0} equal</source>
        <translation>{0} 条相同</translation>
    </message>
    <message>
        <source>{0} different</source>
        <translation>{0} 条不同</translation>
    </message>
    <message>
        <source>{0} missing</source>
        <translation>{0} 条缺失</translation>
    </message>
    <message>
        <source>{0} extra</source>
        <translation>{0} 条多余</translation>
    </message>
    <message>
        <source>Nothing was expected, and nothing came.</source>
        <translation>没有预期的消息，也没有收到消息。</translation>
    </message>
    <message>
        <source>Messages: {0}.</source>
        <translation>消息：{0}。</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比较</translation>
    </message>
</context>
<context>
    <name>ConnectionActions</name>
    <message>
        <source>Send…</source>
        <translation>发送…</translation>
    </message>
    <message>
        <source>Send something to the selected connections</source>
        <translation>向所选连接发送内容</translation>
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
        <source>Show its traffic</source>
        <translation>显示它的流量</translation>
    </message>
    <message>
        <source>Show only the traffic of the selected connection</source>
        <translation>只显示所选连接的流量</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Copy the addresses of the selected connections</source>
        <translation>复制所选连接的地址</translation>
    </message>
    <message>
        <source>Faults…</source>
        <translation>故障…</translation>
    </message>
    <message>
        <source>Disturb the selected connection on purpose</source>
        <translation>有意干扰所选连接</translation>
    </message>
    <message>
        <source>Compare…</source>
        <translation>比较…</translation>
    </message>
    <message>
        <source>Compare the traffic of the two selected connections</source>
        <translation>比较所选两个连接的流量</translation>
    </message>
    <message>
        <source>Show closed</source>
        <translation>显示已关闭</translation>
    </message>
    <message>
        <source>Show the connections that ended too: the last 1,000, in grey, with the reason</source>
        <translation>也显示已结束的连接：最近 1,000 个，灰色，附原因</translation>
    </message>
    <message>
        <source>Forget the closed ones</source>
        <translation>清除已关闭的</translation>
    </message>
</context>
<context>
    <name>ConnectionChoice</name>
    <message>
        <source>Connection to follow</source>
        <translation>要跟踪的连接</translation>
    </message>
</context>
<context>
    <name>ConnectionMenu</name>
    <message>
        <source>More to do with the connection</source>
        <translation>连接的更多操作</translation>
    </message>
    <message>
        <source>Send a file, close one side, abort</source>
        <translation>发送文件、关闭一侧、中止</translation>
    </message>
    <message>
        <source>Send a &amp;file…</source>
        <translation>发送文件(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Close this side, read on</source>
        <translation>关闭本侧，继续读取(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Abort (reset)</source>
        <translation>中止（重置）(&amp;A)</translation>
    </message>
    <message>
        <source>The peer&apos;s &amp;certificate…</source>
        <translation>对端的证书(&amp;C)…</translation>
    </message>
    <message>
        <source>Send a file</source>
        <translation>发送文件</translation>
    </message>
</context>
<context>
    <name>ConnectionNames</name>
    <message>
        <source>Console: {0}</source>
        <translation>控制台：{0}</translation>
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
        <source>Filter connections</source>
        <translation>筛选连接</translation>
    </message>
    <message>
        <source>Nobody is connected.</source>
        <translation>没有人连接。</translation>
    </message>
    <message>
        <source>By peer, listener, process, local address, TLS or state</source>
        <translation>按对端、监听器、进程、本地地址、TLS 或状态</translation>
    </message>
    <message>
        <source>Only {0}: show the connections of all listeners again</source>
        <translation>仅 {0}：重新显示所有监听器的连接</translation>
    </message>
    <message>
        <source>{0} listeners</source>
        <translation>{0} 个监听器</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>None of the {0} connections passes the filter.</source>
        <translation>{0} 个连接都不符合筛选条件。</translation>
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
    <name>ConsoleArea</name>
    <message>
        <source>Show the snippets (Ctrl+Shift+B)</source>
        <translation>显示片段 (Ctrl+Shift+B)</translation>
    </message>
    <message>
        <source>Snippets</source>
        <translation>片段</translation>
    </message>
    <message>
        <source>Open the console</source>
        <translation>展开控制台</translation>
    </message>
    <message>
        <source>Fold the console</source>
        <translation>折叠控制台</translation>
    </message>
    <message>
        <source>Not kept: this is too long for a snippet.</source>
        <translation>没有保存：作为片段太长了。</translation>
    </message>
</context>
<context>
    <name>ConsolePage</name>
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
        <source>Sends; Shift+Enter begins a new line</source>
        <translation>发送；Shift+Enter 换行</translation>
    </message>
    <message>
        <source>Begins a new line; Ctrl+Enter sends</source>
        <translation>换行；Ctrl+Enter 发送</translation>
    </message>
    <message>
        <source>Notation and line ending count for tabs that are opened from now on.</source>
        <translation>写法和行尾对之后打开的标签页生效。</translation>
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
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>复制一份</translation>
    </message>
    <message>
        <source>Reopen the closed tab</source>
        <translation>重新打开关闭的标签页</translation>
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
    <name>ConsoleTabBar</name>
    <message>
        <source>Name of the tab</source>
        <translation>标签页的名称</translation>
    </message>
</context>
<context>
    <name>ContentView</name>
    <message>
        <source>Show all</source>
        <translation>全部显示</translation>
    </message>
    <message>
        <source>The first {0} lines of {1}.</source>
        <translation>{1} 中的前 {0} 行。</translation>
    </message>
    <message>
        <source>{0} lines so far…</source>
        <translation>已有 {0} 行…</translation>
    </message>
    <message>
        <source>Body: {0}, {1}</source>
        <translation>正文：{0}，{1}</translation>
    </message>
    <message>
        <source>{0} as {1}</source>
        <translation>以 {1} 传输 {0}</translation>
    </message>
    <message>
        <source>shown as it was sent: this coding is not known here</source>
        <translation>按发送时的样子显示：此处不认识这种编码</translation>
    </message>
    <message>
        <source>it cannot be unpacked to its end</source>
        <translation>无法解压到末尾</translation>
    </message>
    <message>
        <source>only its beginning is unpacked</source>
        <translation>只解压了开头部分</translation>
    </message>
    <message>
        <source>From here on it is no JSON:</source>
        <translation>从这里起不是 JSON：</translation>
    </message>
    <message>
        <source>From here on it is no XML:</source>
        <translation>从这里起不是 XML：</translation>
    </message>
    <message>
        <source>This is no HTTP message:</source>
        <translation>这不是 HTTP 消息：</translation>
    </message>
    <message>
        <source>It goes on. Choose Hex to see all of it.</source>
        <translation>后面还有内容。选择“十六进制”可查看全部。</translation>
    </message>
</context>
<context>
    <name>ConversationActions</name>
    <message>
        <source>Make a listener of this conversation…</source>
        <translation>用此会话创建监听器…</translation>
    </message>
    <message>
        <source>Play the client side…</source>
        <translation>重放客户端…</translation>
    </message>
    <message>
        <source>Compare the two connections…</source>
        <translation>比较这两个连接…</translation>
    </message>
    <message>
        <source>Reply to this with</source>
        <translation>对此应答</translation>
    </message>
    <message>
        <source>Only what a client said can be replied to</source>
        <translation>只能对客户端发送的内容应答</translation>
    </message>
    <message>
        <source>A rule of a new listener…</source>
        <translation>新监听器的规则…</translation>
    </message>
    <message>
        <source>A rule of {0}…</source>
        <translation>{0} 的规则…</translation>
    </message>
</context>
<context>
    <name>CopyActions</name>
    <message>
        <source>Copy as curl</source>
        <translation>复制为 curl</translation>
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
        <source>Send again through the console</source>
        <translation>通过控制台再次发送</translation>
    </message>
    <message>
        <source>Save as a snippet…</source>
        <translation>保存为片段…</translation>
    </message>
    <message>
        <source>Save to a file…</source>
        <translation>保存到文件…</translation>
    </message>
    <message>
        <source>Save the bytes</source>
        <translation>保存字节</translation>
    </message>
</context>
<context>
    <name>CopyAsMenu</name>
    <message>
        <source>Choose one listener</source>
        <translation>请选择一个监听器</translation>
    </message>
    <message>
        <source>Choose one of the places below it</source>
        <translation>请选择其下方的一个监听位置</translation>
    </message>
    <message>
        <source>Start it first: its address is not known yet</source>
        <translation>请先启动它：它的地址还未知</translation>
    </message>
    <message>
        <source>Twisted script</source>
        <translation>Twisted 脚本</translation>
    </message>
    <message>
        <source>Save as Twisted script…</source>
        <translation>另存为 Twisted 脚本…</translation>
    </message>
    <message>
        <source>Copied: {0}</source>
        <translation>已复制：{0}</translation>
    </message>
    <message>
        <source>Copied: {0} as a script for Python with Twisted.</source>
        <translation>已复制：{0}，作为使用 Twisted 的 Python 脚本。</translation>
    </message>
    <message>
        <source>Save as Twisted script</source>
        <translation>另存为 Twisted 脚本</translation>
    </message>
    <message>
        <source>Python files (*.py)</source>
        <translation>Python 文件 (*.py)</translation>
    </message>
    <message>
        <source>{0} is written. Run it with: python {1}</source>
        <translation>{0} 已写好。运行方法：python {1}</translation>
    </message>
    <message>
        <source>It cannot be written ({0}). Choose another place.</source>
        <translation>无法写入（{0}）。请选择别处。</translation>
    </message>
</context>
<context>
    <name>Detail</name>
    <message>
        <source>Choose a row to see its bytes.</source>
        <translation>选择一行以查看其字节。</translation>
    </message>
    <message>
        <source>Copy the selected bytes, or all of them, or send them again</source>
        <translation>复制所选字节或全部字节，或再次发送</translation>
    </message>
    <message>
        <source>Request at {0}</source>
        <translation>请求，{0}</translation>
    </message>
    <message>
        <source>Response after {0}</source>
        <translation>响应，{0} 之后</translation>
    </message>
    <message>
        <source>{0} rows, shown as one message</source>
        <translation>共 {0} 行，显示为一条消息</translation>
    </message>
    <message>
        <source>the first {0} of {1} rows of this message: export them to have all</source>
        <translation>此消息 {1} 行中的前 {0} 行：要得到全部，请导出这些行</translation>
    </message>
    <message>
        <source>{0} bytes</source>
        <translation>{0} 字节</translation>
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
    <name>Details</name>
    <message>
        <source>Addresses</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Totals</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>已拒绝</translation>
    </message>
    <message>
        <source>Closed by a limit</source>
        <translation>因限制而关闭</translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation>证书</translation>
    </message>
    <message>
        <source>Last errors</source>
        <translation>最近的错误</translation>
    </message>
    <message>
        <source>Peer</source>
        <translation>对端</translation>
    </message>
    <message>
        <source>Local address</source>
        <translation>本地地址</translation>
    </message>
    <message>
        <source>Open for</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>Idle for</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>收到</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>发出</translation>
    </message>
    <message>
        <source>Unsent</source>
        <translation>未发</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>In the traffic</source>
        <translation>在流量中</translation>
    </message>
    <message>
        <source>Sent to it</source>
        <translation>发送到目标</translation>
    </message>
    <message>
        <source>Received from it</source>
        <translation>从目标收到</translation>
    </message>
    <message>
        <source>Forwarded</source>
        <translation>转发</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Cipher</source>
        <translation>加密套件</translation>
    </message>
    <message>
        <source>Client certificate</source>
        <translation>客户端证书</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>当前连接</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>From one address</source>
        <translation>来自同一地址</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>最长空闲</translation>
    </message>
    <message>
        <source>Unsent data</source>
        <translation>最多未发数据</translation>
    </message>
</context>
<context>
    <name>DetailsPanel</name>
    <message>
        <source>Choose a listener or a connection to see its details.</source>
        <translation>选择监听器或连接以查看详情。</translation>
    </message>
    <message>
        <source>Show its traffic</source>
        <translation>显示它的流量</translation>
    </message>
    <message>
        <source>Show its log</source>
        <translation>显示它的日志</translation>
    </message>
    <message>
        <source>Show its listener</source>
        <translation>显示它的监听器</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
</context>
<context>
    <name>DroppedFiles</name>
    <message>
        <source>Drop to serve this code</source>
        <translation>松开以运行此代码</translation>
    </message>
    <message>
        <source>Drop to open or import this profile</source>
        <translation>松开以打开或导入此配置</translation>
    </message>
    <message>
        <source>Drop to use this certificate for the chosen listener</source>
        <translation>松开以将此证书用于所选监听器</translation>
    </message>
    <message>
        <source>{0} is the profile of this window.</source>
        <translation>{0} 就是此窗口的配置。</translation>
    </message>
    <message>
        <source>{0}: open this profile in a window of its own, or import from it?</source>
        <translation>{0}：在单独的窗口中打开此配置，还是从中导入？</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Import listeners…</source>
        <translation>导入监听器…</translation>
    </message>
    <message>
        <source>Choose the listener that {0} is for, and drop it again.</source>
        <translation>请先选择 {0} 所属的监听器，再重新拖放。</translation>
    </message>
    <message>
        <source>{0} listens on UDP, which has no TLS.</source>
        <translation>{0} 监听 UDP，没有 TLS。</translation>
    </message>
    <message>
        <source>Use it for {0}</source>
        <translation>用于 {0}</translation>
    </message>
    <message>
        <source>{0} has the certificate {1} without a key. Shall clients have to show one that it has signed?</source>
        <translation>{0} 含证书 {1}，没有密钥。是否要求客户端出示由它签发的证书？</translation>
    </message>
    <message>
        <source>{0} is encrypted: its passphrase is asked for at each start. Serve TLS with it?</source>
        <translation>{0} 已加密：每次启动时都会询问其密码短语。用它提供 TLS 服务吗？</translation>
    </message>
    <message>
        <source>{0} has the certificate {1} and its key. Serve TLS with it?</source>
        <translation>{0} 含证书 {1} 及其密钥。用它提供 TLS 吗？</translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>Nothing listens on {target}. Start a listener there, or check the port.</source>
        <translation>{target} 上没有程序监听。请在那里启动监听器，或检查端口。</translation>
    </message>
    <message>
        <source>{target} did not answer in time. Check the address, and any firewall on the way.</source>
        <translation>{target} 没有及时应答。请检查地址，以及途中的防火墙。</translation>
    </message>
    <message>
        <source>No address is known for {host}. Check the name, or use an IP address.</source>
        <translation>找不到 {host} 的地址。请检查名称，或使用 IP 地址。</translation>
    </message>
    <message>
        <source>There is no way to {target} from here. Check the address and the network.</source>
        <translation>从这里无法到达 {target}。请检查地址和网络。</translation>
    </message>
    <message>
        <source>This machine does not permit connecting to {target}. Check its firewall.</source>
        <translation>本机不允许连接 {target}。请检查本机的防火墙。</translation>
    </message>
    <message>
        <source>Too many files and connections are open here. Close some, then connect again.</source>
        <translation>打开的文件和连接太多。请关闭一些，然后重新连接。</translation>
    </message>
    <message>
        <source>No local address or port is free to reach {target}. Close some connections first.</source>
        <translation>没有空闲的本地地址或端口可用于连接 {target}。请先关闭一些连接。</translation>
    </message>
    <message>
        <source>This machine cannot use addresses such as {host}. Try another address.</source>
        <translation>本机不能使用 {host} 这样的地址。请换一个地址。</translation>
    </message>
    <message>
        <source>Connecting to {target} was cancelled.</source>
        <translation>已取消连接 {target}。</translation>
    </message>
    <message>
        <source>Could not connect to {target}: {reason}. Check the address, then connect again.</source>
        <translation>无法连接 {target}：{reason}。请检查地址，然后重新连接。</translation>
    </message>
    <message>
        <source>Not sent: {reason}.</source>
        <translation>未发送：{reason}。</translation>
    </message>
    <message>
        <source>There is no socket {path}. Start what listens there, or check the path.</source>
        <translation>没有套接字 {path}。请启动在那里监听的程序，或检查路径。</translation>
    </message>
    <message>
        <source>Nobody listens on {path} any more. Start what listens there.</source>
        <translation>{path} 上已没有程序监听。请启动在那里监听的程序。</translation>
    </message>
    <message>
        <source>{path} is a socket of another kind. Check the path.</source>
        <translation>{path} 是另一种套接字。请检查路径。</translation>
    </message>
    <message>
        <source>You may not connect to {path}. Check who may write to it.</source>
        <translation>您无权连接 {path}。请检查谁可以写入它。</translation>
    </message>
    <message>
        <source>{target} did not finish the TLS handshake in time. Perhaps it does not speak TLS: try tcp:.</source>
        <translation>{target} 没有及时完成 TLS 握手。它也许不使用 TLS：请试试 tcp:。</translation>
    </message>
    <message>
        <source>{target} ended the connection during the TLS handshake. Perhaps it does not speak TLS: try tcp:.</source>
        <translation>{target} 在 TLS 握手期间结束了连接。它也许不使用 TLS：请试试 tcp:。</translation>
    </message>
    <message>
        <source>The local port {local_port} is in use, or was a moment ago. Choose another, or none.</source>
        <translation>本地端口 {local_port} 正在使用，或刚刚用过。请选择另一个，或不选。</translation>
    </message>
    <message>
        <source>{local_host} is no address of this machine. Choose one that is, or none.</source>
        <translation>{local_host} 不是本机的地址。请选择本机的地址，或不选。</translation>
    </message>
    <message>
        <source>Only the system may use the local port {local_port}. Choose one above 1023, or none.</source>
        <translation>只有系统可以使用本地端口 {local_port}。请选择大于 1023 的端口，或不选。</translation>
    </message>
    <message>
        <source>The connection broke: {reason}. Connect again to go on.</source>
        <translation>连接中断：{reason}。要继续请重新连接。</translation>
    </message>
    <message>
        <source>{target} does not answer in TLS. Try tcp: instead of tls:, or check the port.</source>
        <translation>{target} 不以 TLS 应答。请把 tls: 换成 tcp:，或检查端口。</translation>
    </message>
    <message>
        <source>{target} asks for a certificate of yours. Choose one in the connection options.</source>
        <translation>{target} 要求您出示证书。请在连接选项中选择一个。</translation>
    </message>
    <message>
        <source>{target} refuses the certificate that you chose. Choose another.</source>
        <translation>{target} 拒绝您选择的证书。请选择另一个。</translation>
    </message>
    <message>
        <source>{target} and this machine have no version of TLS in common.</source>
        <translation>{target} 与本机没有共同的 TLS 版本。</translation>
    </message>
    <message>
        <source>{target} refuses the TLS handshake. It may ask for a certificate, or have other ciphers.</source>
        <translation>{target} 拒绝 TLS 握手。它可能要求证书，或使用其他加密套件。</translation>
    </message>
    <message>
        <source>The peer closed the connection.</source>
        <translation>对端关闭了连接。</translation>
    </message>
    <message>
        <source>The connection was aborted.</source>
        <translation>连接已中止。</translation>
    </message>
    <message>
        <source>The peer reset the connection. It may have crashed or refused what was sent.</source>
        <translation>对端重置了连接。它可能已崩溃，或拒绝了所发送的内容。</translation>
    </message>
    <message>
        <source>Nobody takes datagrams on {target}, its system says. Start a listener there.</source>
        <translation>对端系统说 {target} 上没有程序接收数据报。请在那里启动监听器。</translation>
    </message>
    <message>
        <source>Not sent: one datagram has no room for so much. Send less at once.</source>
        <translation>未发送：一个数据报容纳不下这么多。请一次少发一些。</translation>
    </message>
    <message>
        <source>Not sent: the system&apos;s buffer is full. Send more slowly.</source>
        <translation>未发送：系统的缓冲区已满。请发送得慢一些。</translation>
    </message>
    <message>
        <source>Nobody vouches for the certificate of {target}: {distrust}. Choose the file of an authority that does in the connection options, or connect without verifying.</source>
        <translation>没有人为 {target} 的证书担保：{distrust}。请在连接选项中选择能为它担保的证书机构的文件，或不验证就连接。</translation>
    </message>
    <message>
        <source>The peer left without a TLS close_notify: something may be missing.</source>
        <translation>对端没有发送 TLS close_notify 就离开了：可能缺少数据。</translation>
    </message>
    <message>
        <source>This does not end like that.</source>
        <translation>这里没有以这样的行尾结束。</translation>
    </message>
    <message>
        <source>text must be a string</source>
        <translation>text 必须是字符串</translation>
    </message>
    <message>
        <source>{shown} names a part, and only replies by rule have parts.</source>
        <translation>{shown} 指定了一个部分，而只有按规则回复才有部分。</translation>
    </message>
    <message>
        <source>{name} must be one of {choices}</source>
        <translation>{name} 必须是 {choices} 之一</translation>
    </message>
    <message>
        <source>{name} takes datagrams at a Unix socket, which is not spoken here. Use a line of Copy as, such as that for socat.</source>
        <translation>{name} 在 Unix 套接字上接收数据报，这里不支持。请使用“复制为”中的命令行，如 socat 的那一行。</translation>
    </message>
    <message>
        <source>{name} is a Unix socket with TLS, which is not spoken here.</source>
        <translation>{name} 是带 TLS 的 Unix 套接字，这里不支持。</translation>
    </message>
    <message>
        <source>{name} does not say in the profile where it listens. Write the address instead, such as 127.0.0.1:8007.</source>
        <translation>{name} 没有在配置中说明在哪里监听。请改写地址，如 127.0.0.1:8007。</translation>
    </message>
    <message>
        <source>{name} takes any free port at each start. Write the address that it has now, or give it a port of its own.</source>
        <translation>{name} 每次启动都使用任意空闲端口。请写出它现在的地址，或给它固定端口。</translation>
    </message>
    <message>
        <source>The console&apos;s history cannot be read: %s</source>
        <translation>无法读取控制台的历史：%s</translation>
    </message>
    <message>
        <source>The console&apos;s history cannot be kept: %s</source>
        <translation>无法保存控制台的历史：%s</translation>
    </message>
    <message>
        <source>The console&apos;s history cannot be removed: %s</source>
        <translation>无法删除控制台的历史：%s</translation>
    </message>
    <message>
        <source>The console&apos;s history cannot be shortened: %s</source>
        <translation>无法缩短控制台的历史：%s</translation>
    </message>
    <message>
        <source>must be {version}; a newer Portdeck may have written this</source>
        <translation>必须是 {version}；这可能由更新的 Portdeck 写入</translation>
    </message>
    <message>
        <source>must be at most {most_snippets} tables; write [[snippet]] above each</source>
        <translation>必须是至多 {most_snippets} 个表；请在每个表前写 [[snippet]]</translation>
    </message>
    <message>
        <source>{path} is not saved: more than {limit} KiB are too much.</source>
        <translation>{path} 未保存：不得超过 {limit} KiB。</translation>
    </message>
    <message>
        <source>must be a table</source>
        <translation>必须是表</translation>
    </message>
    <message>
        <source>has the unknown key {unknown!r}</source>
        <translation>含有未知的键 {unknown!r}</translation>
    </message>
    <message>
        <source>must be a text of 1 to {longest_name} letters</source>
        <translation>必须是 1 到 {longest_name} 个字的文本</translation>
    </message>
    <message>
        <source>must be a text of at most {longest_name} letters</source>
        <translation>必须是至多 {longest_name} 个字的文本</translation>
    </message>
    <message>
        <source>must not be longer than {longest_text:,} letters</source>
        <translation>不得超过 {longest_text:,} 个字</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}).</source>
        <translation>无法读取 {path}（{reason}）。</translation>
    </message>
    <message>
        <source>{path} cannot be written ({reason}).</source>
        <translation>无法写入 {path}（{reason}）。</translation>
    </message>
    <message>
        <source>{path} is not saved: with those of another window they are more than {most_snippets:,}. Remove some.</source>
        <translation>{path} 未保存：加上另一个窗口的片段，总数超过 {most_snippets:,} 个。请删除一些。</translation>
    </message>
    <message>
        <source>these are no snippets: too large or too deep</source>
        <translation>这不是片段：太大或嵌套太深</translation>
    </message>
    <message>
        <source>line {line}</source>
        <translation>第 {line} 行</translation>
    </message>
    <message>
        <source>this is not UTF-8 text</source>
        <translation>这不是 UTF-8 文本</translation>
    </message>
    <message>
        <source>must be one line of text</source>
        <translation>必须是一行文本</translation>
    </message>
    <message>
        <source>The console&apos;s tabs cannot be read: %s</source>
        <translation>无法读取控制台的标签页：%s</translation>
    </message>
    <message>
        <source>%s is broken; the console begins with one empty tab.</source>
        <translation>%s 已损坏；控制台以一个空标签页开始。</translation>
    </message>
    <message>
        <source>The console&apos;s tabs cannot be kept: %s</source>
        <translation>无法保存控制台的标签页：%s</translation>
    </message>
    <message>
        <source>it holds no tabs</source>
        <translation>其中没有标签页</translation>
    </message>
    <message>
        <source>%s was broken; it is %s now.</source>
        <translation>%s 曾损坏；现在是 %s。</translation>
    </message>
    <message>
        <source>(no name)</source>
        <translation>（无名称）</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>The connection ended, so stopped</source>
        <translation>连接已结束，停止</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>{how} sending file {name} after {sent:,} of {size}{reason}.</source>
        <translation>{how}发送文件 {name}：共 {size}，已发送 {sent:,}{reason}。</translation>
    </message>
    <message>
        <source>Sent file {name}, {size} in {seconds:.1f} s ({speed}).</source>
        <translation>已发送文件 {name}，{size}，用时 {seconds:.1f} 秒（{speed}）。</translation>
    </message>
    <message>
        <source>Sending file {name}, {size}…</source>
        <translation>正在发送文件 {name}，{size}…</translation>
    </message>
    <message>
        <source>: {trouble}</source>
        <translation>：{trouble}</translation>
    </message>
    <message>
        <source>{name} is not a regular file. Choose one that is.</source>
        <translation>{name} 不是普通文件。请选择普通文件。</translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}. Choose another file.</source>
        <translation>无法读取 {name}：{reason}。请选择另一个文件。</translation>
    </message>
    <message>
        <source>Connecting to {target}…</source>
        <translation>正在连接 {target}…</translation>
    </message>
    <message>
        <source>Connecting again in {seconds:g} s (attempt {attempts}).</source>
        <translation>{seconds:g} 秒后重新连接（第 {attempts} 次）。</translation>
    </message>
    <message>
        <source>The peer took nothing for {seconds:g} s. Giving it up.</source>
        <translation>对端在 {seconds:g} 秒内没有接收任何数据。放弃连接。</translation>
    </message>
    <message>
        <source>Still {state}: disconnect first, then connect.</source>
        <translation>{state}：请先断开连接，再连接。</translation>
    </message>
    <message>
        <source>Not sent: {name} is still being sent.</source>
        <translation>未发送：{name} 仍在发送中。</translation>
    </message>
    <message>
        <source>The peer closed its side. Sending the remaining {rest}, then closing.</source>
        <translation>对端关闭了它那一侧。正在发送剩余的 {rest}，然后关闭。</translation>
    </message>
    <message>
        <source>Not sent: {error}</source>
        <translation>未发送：{error}</translation>
    </message>
    <message>
        <source>The peer speaks TLS. Disconnect, and connect with tls: in front.</source>
        <translation>对端使用 TLS。请断开连接，并在地址前加 tls: 重新连接。</translation>
    </message>
    <message>
        <source>There is nothing to abort.</source>
        <translation>没有可中止的连接。</translation>
    </message>
    <message>
        <source>There is nothing to disconnect.</source>
        <translation>没有可断开的连接。</translation>
    </message>
    <message>
        <source>There is no open connection to close one side of.</source>
        <translation>没有可以关闭一侧的打开连接。</translation>
    </message>
    <message>
        <source>Already closing. Abort to drop the connection at once.</source>
        <translation>已在关闭。要立即放弃连接，请中止。</translation>
    </message>
    <message>
        <source>UDP has no side to close. Disconnect instead.</source>
        <translation>UDP 没有可关闭的一侧。请改为断开连接。</translation>
    </message>
    <message>
        <source>A WebSocket has no side to close. Disconnect instead.</source>
        <translation>WebSocket 没有可关闭的一侧。请改为断开连接。</translation>
    </message>
    <message>
        <source>Closed this side. What the peer still says is shown.</source>
        <translation>已关闭本侧。对端仍发送的内容会显示。</translation>
    </message>
    <message>
        <source>There is no file to cancel.</source>
        <translation>没有可取消的文件。</translation>
    </message>
    <message>
        <source>Not sent: UDP loses what comes too fast. Use TCP for a file.</source>
        <translation>未发送：UDP 会丢失发得太快的数据。文件请用 TCP 发送。</translation>
    </message>
    <message>
        <source>Sent an empty datagram.</source>
        <translation>已发送空数据报。</translation>
    </message>
    <message>
        <source>Received an empty datagram.</source>
        <translation>收到空数据报。</translation>
    </message>
    <message>
        <source>Received an empty message.</source>
        <translation>收到空消息。</translation>
    </message>
    <message>
        <source>Not connecting again.</source>
        <translation>不再重新连接。</translation>
    </message>
    <message>
        <source>idle</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>正在连接</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>half-closed</source>
        <translation>半关闭</translation>
    </message>
    <message>
        <source>closing</source>
        <translation>正在关闭</translation>
    </message>
    <message>
        <source>waiting to connect again</source>
        <translation>等待重新连接</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>Not sent: connect first.</source>
        <translation>未发送：请先连接。</translation>
    </message>
    <message>
        <source>Not sent: still connecting. Send again once the connection is there.</source>
        <translation>未发送：仍在连接。请在连接建立后再发送。</translation>
    </message>
    <message>
        <source>Not sent: this side is closed. Disconnect, then connect again to send.</source>
        <translation>未发送：本侧已关闭。要发送请断开后重新连接。</translation>
    </message>
    <message>
        <source>Not sent: the connection is closing.</source>
        <translation>未发送：连接正在关闭。</translation>
    </message>
    <message>
        <source>Not sent: waiting to connect again. Send once the connection is there.</source>
        <translation>未发送：正在等待重新连接。请在连接建立后发送。</translation>
    </message>
    <message>
        <source>Not sent: the connection is closed. Connect again first.</source>
        <translation>未发送：连接已关闭。请先重新连接。</translation>
    </message>
    <message>
        <source>Connected to {peer} from {local}.</source>
        <translation>已从 {local} 连接到 {peer}。</translation>
    </message>
    <message>
        <source>{agreed} The peer is {title}, says {issuer}, until {not_after}.</source>
        <translation>{agreed} 对端是 {title}，由 {issuer} 证明，有效期至 {not_after}。</translation>
    </message>
    <message>
        <source>Not sent: {name} is being sent. Wait for its end, or cancel it.</source>
        <translation>未发送：正在发送 {name}。请等它结束，或取消它。</translation>
    </message>
    <message>
        <source>Nothing to send: type something, or choose a line ending.</source>
        <translation>没有可发送的内容：请输入内容，或选择行尾。</translation>
    </message>
    <message>
        <source>Not sent: {size} are too much at once. Send it in parts.</source>
        <translation>未发送：一次发送 {size} 太多。请分几次发送。</translation>
    </message>
    <message>
        <source>Not sent: {waiting} still wait for the peer to read. Wait, or disconnect.</source>
        <translation>未发送：还有 {waiting} 在等待对端读取。请等待，或断开连接。</translation>
    </message>
    <message>
        <source>Sending datagrams to {peer} from {local}. Whether anybody takes them shows when they answer.</source>
        <translation>正从 {local} 向 {peer} 发送数据报。有应答时才知道是否有人接收。</translation>
    </message>
    <message>
        <source>Connected to {peer}.</source>
        <translation>已连接到 {peer}。</translation>
    </message>
    <message>
        <source>{agreed} The peer showed no certificate.</source>
        <translation>{agreed} 对端没有出示证书。</translation>
    </message>
    <message>
        <source>{agreed} NOT VERIFIED: the peer&apos;s certificate proves nothing, {distrust}.</source>
        <translation>{agreed} 未验证：对端的证书不能证明什么，{distrust}。</translation>
    </message>
    <message>
        <source>{sentence} Not sent: {unsent}.</source>
        <translation>{sentence} 未发送：{unsent}。</translation>
    </message>
    <message>
        <source>Not sent: a datagram carries no more than {largest_datagram:,} bytes.</source>
        <translation>未发送：一个数据报至多 {largest_datagram:,} 字节。</translation>
    </message>
    <message>
        <source>Disconnected.</source>
        <translation>已断开连接。</translation>
    </message>
    <message>
        <source>OpenSSL refuses it with error {error}</source>
        <translation>OpenSSL 以错误 {error} 拒绝它</translation>
    </message>
    <message>
        <source>the authorities to trust</source>
        <translation>要信任的证书机构</translation>
    </message>
    <message>
        <source>it is signed by itself alone</source>
        <translation>它只由自己签名</translation>
    </message>
    <message>
        <source>it was issued by {issuer}, whom nobody trusts here</source>
        <translation>它由 {issuer} 签发，而这里没有人信任它</translation>
    </message>
    <message>
        <source>it expired on {not_after}</source>
        <translation>它已于 {not_after} 过期</translation>
    </message>
    <message>
        <source>it is valid only from {not_before} on</source>
        <translation>它从 {not_before} 起才有效</translation>
    </message>
    <message>
        <source>it was issued by {subject}, which is no authority</source>
        <translation>它由 {subject} 签发，而那不是证书机构</translation>
    </message>
    <message>
        <source>it is not made for servers</source>
        <translation>它不是为服务器签发的</translation>
    </message>
    <message>
        <source>The file of {what} cannot be read: {file}: {reason}.</source>
        <translation>无法读取{what}的文件：{file}：{reason}。</translation>
    </message>
    <message>
        <source>it is for {names}, and not for {host}</source>
        <translation>它属于 {names}，而不属于 {host}</translation>
    </message>
    <message>
        <source>it names no host that it is for</source>
        <translation>它没有写明属于哪个主机</translation>
    </message>
    <message>
        <source>{host} is no host name that TLS could check.</source>
        <translation>{host} 不是 TLS 能够检查的主机名。</translation>
    </message>
    <message>
        <source>Choose the certificate that the key is for, or leave out the key.</source>
        <translation>请选择与密钥对应的证书，或不选密钥。</translation>
    </message>
    <message>
        <source>{file} has no certificate of an authority. Choose a PEM file with one.</source>
        <translation>{file} 中没有证书机构的证书。请选择含有它的 PEM 文件。</translation>
    </message>
    <message>
        <source>OpenSSL does not take the certificate in {certificate_file}. Choose another one.</source>
        <translation>OpenSSL 不接受 {certificate_file} 中的证书。请选择另一个。</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>任何主机</translation>
    </message>
    <message>
        <source>({count:,} older entries were dropped)</source>
        <translation>（已丢弃 {count:,} 个较早的条目）</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>going away</source>
        <translation>即将离开</translation>
    </message>
    <message>
        <source>protocol error</source>
        <translation>协议错误</translation>
    </message>
    <message>
        <source>unsupported data</source>
        <translation>不支持的数据</translation>
    </message>
    <message>
        <source>invalid data</source>
        <translation>无效的数据</translation>
    </message>
    <message>
        <source>policy violation</source>
        <translation>违反策略</translation>
    </message>
    <message>
        <source>message too big</source>
        <translation>消息太大</translation>
    </message>
    <message>
        <source>extension missing</source>
        <translation>缺少扩展</translation>
    </message>
    <message>
        <source>internal error</source>
        <translation>内部错误</translation>
    </message>
    <message>
        <source>service restart</source>
        <translation>服务重启</translation>
    </message>
    <message>
        <source>try again later</source>
        <translation>请稍后再试</translation>
    </message>
    <message>
        <source>a text that is no UTF-8, or does not inflate</source>
        <translation>不是 UTF-8 或无法解压的文本</translation>
    </message>
    <message>
        <source>a message of more than {longest_message:,} bytes</source>
        <translation>超过 {longest_message:,} 字节的消息</translation>
    </message>
    <message>
        <source>The peer closed with {told}{reason}.</source>
        <translation>对端以 {told} 关闭{reason}。</translation>
    </message>
    <message>
        <source>{code}, {meaning}</source>
        <translation>{code}，{meaning}</translation>
    </message>
    <message>
        <source>what is no WebSocket frame</source>
        <translation>不是 WebSocket 帧的数据</translation>
    </message>
    <message>
        <source>Closed with {code}, because the peer sent {why}.</source>
        <translation>以 {code} 关闭，因为对端发送了{why}。</translation>
    </message>
    <message>
        <source>{target} does not answer as a WebSocket server: {why}. Check the path and the port.</source>
        <translation>{target} 不以 WebSocket 服务器应答：{why}。请检查路径和端口。</translation>
    </message>
    <message>
        <source>The peer closed the WebSocket, without a code.</source>
        <translation>对端关闭了 WebSocket，没有给出代码。</translation>
    </message>
    <message>
        <source>: {reason}</source>
        <translation>：{reason}</translation>
    </message>
    <message>
        <source>its name cannot be written in a request</source>
        <translation>它的名称无法写入请求</translation>
    </message>
    <message>
        <source>what it says is no upgrade to WebSocket</source>
        <translation>它的应答不是升级到 WebSocket</translation>
    </message>
    <message>
        <source>it answers {status_code}</source>
        <translation>它应答 {status_code}</translation>
    </message>
    <message>
        <source>it closed the connection</source>
        <translation>它关闭了连接</translation>
    </message>
    <message>
        <source>The peer left without closing the WebSocket.</source>
        <translation>对端没有关闭 WebSocket 就离开了。</translation>
    </message>
    <message>
        <source>This is a program already. Without Portdeck, run: {command}</source>
        <translation>这已经是程序。不用 Portdeck 时请运行：{command}</translation>
    </message>
    <message>
        <source>{title} runs only inside Portdeck. Use portdeck serve with its profile.</source>
        <translation>{title} 只能在 Portdeck 中运行。请用 portdeck serve 和它的配置。</translation>
    </message>
    <message>
        <source>{certificate} is a PKCS#12 file, which scripts and many clients cannot read. Convert it to PEM (openssl pkcs12 -in FILE -out NEW.pem).</source>
        <translation>{certificate} 是 PKCS#12 文件，脚本和许多客户端都无法读取。请转换为 PEM（openssl pkcs12 -in FILE -out NEW.pem）。</translation>
    </message>
    <message>
        <source>latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>bandwidth</source>
        <translation>带宽</translation>
    </message>
    <message>
        <source>slice</source>
        <translation>分片</translation>
    </message>
    <message>
        <source>stall</source>
        <translation>停顿</translation>
    </message>
    <message>
        <source>limit</source>
        <translation>限量</translation>
    </message>
    <message>
        <source>close-after</source>
        <translation>延时关闭</translation>
    </message>
    <message>
        <source>reset-after</source>
        <translation>延时重置</translation>
    </message>
    <message>
        <source>slow-close</source>
        <translation>缓慢关闭</translation>
    </message>
    <message>
        <source>stop-reading</source>
        <translation>停止读取</translation>
    </message>
    <message>
        <source>drop</source>
        <translation>丢失</translation>
    </message>
    <message>
        <source>corrupt</source>
        <translation>损坏</translation>
    </message>
    <message>
        <source>duplicate</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>reorder</source>
        <translation>乱序</translation>
    </message>
    <message>
        <source>refuse</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>accept-delay</source>
        <translation>延迟接受</translation>
    </message>
    <message>
        <source>tls</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>in</source>
        <translation>接收</translation>
    </message>
    <message>
        <source>out</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>expired</source>
        <translation>证书已过期</translation>
    </message>
    <message>
        <source>other-name</source>
        <translation>证书名称不符</translation>
    </message>
    <message>
        <source>self-signed</source>
        <translation>自签名证书</translation>
    </message>
    <message>
        <source>unknown-ca</source>
        <translation>未知的 CA</translation>
    </message>
    <message>
        <source>stalled</source>
        <translation>握手停滞</translation>
    </message>
    <message>
        <source>broken-off</source>
        <translation>握手中断</translation>
    </message>
    <message>
        <source>{fault} +{count}</source>
        <translation>{fault} +{count}</translation>
    </message>
    <message>
        <source>{words} {word}</source>
        <translation>{words} {word}</translation>
    </message>
    <message>
        <source>{spread} normal</source>
        <translation>{spread} 正态</translation>
    </message>
    <message>
        <source>at the target</source>
        <translation>在目标一侧</translation>
    </message>
    <message>
        <source>for {percent:g} %</source>
        <translation>占 {percent:g} %</translation>
    </message>
    <message>
        <source>(off)</source>
        <translation>（已关闭）</translation>
    </message>
    <message>
        <source>{action} at {size}</source>
        <translation>达到 {size} 后{action}</translation>
    </message>
    <message>
        <source>TLS {problem}</source>
        <translation>TLS：{problem}</translation>
    </message>
    <message>
        <source>{size} every {delay}</source>
        <translation>每 {delay} {size}</translation>
    </message>
    <message>
        <source>{size}, then {action}</source>
        <translation>{size} 后{action}</translation>
    </message>
    <message>
        <source>{count} bits</source>
        <translation>{count} 位</translation>
    </message>
    <message>
        <source>until cleared</source>
        <translation>直到清除</translation>
    </message>
    <message>
        <source>1 bit</source>
        <translation>1 位</translation>
    </message>
    <message>
        <source>{kind} is not for {transport}; remove it, or use it with {places}</source>
        <translation>{kind} 不适用于 {transport}；请删除它，或用于 {places}</translation>
    </message>
    <message>
        <source>{target} is this listener itself; choose another target</source>
        <translation>{target} 就是此监听器自身；请选择另一个目标</translation>
    </message>
    <message>
        <source>The target said more than {count} MiB, which is too much to compare.</source>
        <translation>目标发送的内容超过 {count} MiB，太多而无法比较。</translation>
    </message>
    <message>
        <source>the state &quot;{name}&quot;</source>
        <translation>状态“{name}”</translation>
    </message>
    <message>
        <source>the first state</source>
        <translation>初始状态</translation>
    </message>
    <message>
        <source>the connection is in {state}, and not in {wanted}</source>
        <translation>连接处于{state}，而不是{wanted}</translation>
    </message>
    <message>
        <source>must be seconds, or the least and then the most of them, such as [0.1, 0.3]</source>
        <translation>必须是秒数，或先最小后最大的两个秒数，例如 [0.1, 0.3]</translation>
    </message>
    <message>
        <source>no TLS handshake</source>
        <translation>没有完成 TLS 握手</translation>
    </message>
    <message>
        <source>{path}: {message}</source>
        <translation>{path}：{message}</translation>
    </message>
    <message>
        <source>here are {count} faults; keep at most {most_faults}</source>
        <translation>这里有 {count} 个故障；至多保留 {most_faults} 个</translation>
    </message>
    <message>
        <source>must be true or false, not {value}</source>
        <translation>必须是 true 或 false，而不是{value}</translation>
    </message>
    <message>
        <source>{one} or {other}</source>
        <translation>{one}或{other}</translation>
    </message>
    <message>
        <source>must be one of {known}, not {value}</source>
        <translation>必须是 {known} 之一，而不是{value}</translation>
    </message>
    <message>
        <source>means nothing for {value}, which has no direction; remove it</source>
        <translation>对没有方向的 {value} 没有意义；请删除它</translation>
    </message>
    <message>
        <source>must be less than bytes, which is {bytes}</source>
        <translation>必须小于 bytes，即 {bytes}</translation>
    </message>
    <message>
        <source>there is no target: use &quot;target&quot; with forward or socks, or remove it</source>
        <translation>没有目标：&quot;target&quot; 请用于 forward 或 socks，或删除它</translation>
    </message>
    <message>
        <source>must be a whole number from {least} to {most}, not {value}</source>
        <translation>必须是 {least} 到 {most} 的整数，而不是 {value}</translation>
    </message>
    <message>
        <source>is missing; write one, such as {example}</source>
        <translation>缺失；请写一个，如 {example}</translation>
    </message>
    <message>
        <source>a number of that size</source>
        <translation>这么大的数</translation>
    </message>
    <message>
        <source>a table</source>
        <translation>一个表</translation>
    </message>
    <message>
        <source>an array</source>
        <translation>一个数组</translation>
    </message>
    <message>
        <source>a date or a time</source>
        <translation>日期或时间</translation>
    </message>
    <message>
        <source>is missing; write {example}</source>
        <translation>缺失；请写 {example}</translation>
    </message>
    <message>
        <source>unknown: {value}; did you mean &quot;{suggestion}&quot;?</source>
        <translation>未知：{value}；您是指 &quot;{suggestion}&quot; 吗？</translation>
    </message>
    <message>
        <source>must be a table, not {value}</source>
        <translation>必须是表，而不是{value}</translation>
    </message>
    <message>
        <source>TCP or a Unix socket</source>
        <translation>TCP 或 Unix 套接字</translation>
    </message>
    <message>
        <source>the file is write-protected</source>
        <translation>文件有写保护</translation>
    </message>
    <message>
        <source>another program is saving there</source>
        <translation>另一个程序正在那里保存</translation>
    </message>
    <message>
        <source>There is no user &quot;{short}&quot;. Write the whole path.</source>
        <translation>没有用户 &quot;{short}&quot;。请写出完整路径。</translation>
    </message>
    <message>
        <source>Nobody knows where your home folder is. Write the whole path.</source>
        <translation>不知道您的主文件夹在哪里。请写出完整路径。</translation>
    </message>
    <message>
        <source>it is no regular file</source>
        <translation>它不是普通文件</translation>
    </message>
    <message>
        <source>{target} cannot be reached ({error})</source>
        <translation>无法到达 {target}（{error}）</translation>
    </message>
    <message>
        <source>TLS with {target} failed: {cause}</source>
        <translation>与 {target} 的 TLS 失败：{cause}</translation>
    </message>
    <message>
        <source>{target} did not answer within {seconds:g} s</source>
        <translation>{target} 在 {seconds:g} 秒内没有应答</translation>
    </message>
    <message>
        <source>{target} refused the connection; is it running?</source>
        <translation>{target} 拒绝了连接；它在运行吗？</translation>
    </message>
    <message>
        <source>{host} is not known as a host name</source>
        <translation>不知道主机名 {host}</translation>
    </message>
    <message>
        <source>{ca_file} cannot be used: {words}.</source>
        <translation>无法使用 {ca_file}：{words}。</translation>
    </message>
    <message>
        <source>the other leg does not keep up</source>
        <translation>另一侧跟不上</translation>
    </message>
    <message>
        <source>too many messages are held</source>
        <translation>被拦截的消息太多</translation>
    </message>
    <message>
        <source>faults of the other leg hold as much as they may</source>
        <translation>另一侧的故障已扣住所允许的最大量</translation>
    </message>
    <message>
        <source>Only CONNECT is served here; for http:// curl needs --proxytunnel.</source>
        <translation>这里只提供 CONNECT；对于 http://，curl 需要 --proxytunnel。</translation>
    </message>
    <message>
        <source>The client speaks neither SOCKS5 nor HTTP.</source>
        <translation>客户端既不使用 SOCKS5 也不使用 HTTP。</translation>
    </message>
    <message>
        <source>The client does not go on with SOCKS5.</source>
        <translation>客户端没有继续 SOCKS5。</translation>
    </message>
    <message>
        <source>The client gives an address of an unknown kind.</source>
        <translation>客户端给出了未知类型的地址。</translation>
    </message>
    <message>
        <source>The client asks for something else than a connection.</source>
        <translation>客户端要求的不是连接。</translation>
    </message>
    <message>
        <source>The client asks for a password, and here is none.</source>
        <translation>客户端要求密码，而这里没有密码。</translation>
    </message>
    <message>
        <source>The head of the client&apos;s request is too long.</source>
        <translation>客户端请求的头部太长。</translation>
    </message>
    <message>
        <source>must be at least one byte, and none of them a wildcard</source>
        <translation>必须至少有一个字节，且不含通配符</translation>
    </message>
    <message>
        <source>must not be empty</source>
        <translation>不能为空</translation>
    </message>
    <message>
        <source>must be an array of tables, not {value}</source>
        <translation>必须是表的数组，而不是{value}</translation>
    </message>
    <message>
        <source>there may be {max_rules} rules at most, not {count}</source>
        <translation>至多 {max_rules} 条规则，而不是 {count} 条</translation>
    </message>
    <message>
        <source>needs one of find and regex: what is replaced</source>
        <translation>需要 find 或 regex：要替换的内容</translation>
    </message>
    <message>
        <source>is missing; write &quot;&quot; to remove what is found</source>
        <translation>缺失；要删除找到的内容请写 &quot;&quot;</translation>
    </message>
    <message>
        <source>has contains and regex; keep one of them</source>
        <translation>同时有 contains 和 regex；请保留其中一个</translation>
    </message>
    <message>
        <source>must be text or {{ hex = &quot;00 01&quot; }}, not {value}</source>
        <translation>必须是文本或 {{ hex = &quot;00 01&quot; }}，而不是{value}</translation>
    </message>
    <message>
        <source>a fault refuses the connection to {target}</source>
        <translation>故障拒绝了到 {target} 的连接</translation>
    </message>
    <message>
        <source>A rewrite expression takes too long on a message.</source>
        <translation>改写的表达式在一条消息上耗时太长。</translation>
    </message>
    <message>
        <source>{target} is not on this machine, and only that is allowed</source>
        <translation>{target} 不在本机上，而这里只允许本机</translation>
    </message>
    <message>
        <source>A message of fixed length must keep it.</source>
        <translation>固定长度的消息必须保持其长度。</translation>
    </message>
    <message>
        <source>a fault ended the connection to {target}: {fault}</source>
        <translation>故障结束了到 {target} 的连接：{fault}</translation>
    </message>
    <message>
        <source>{target} reset its connection</source>
        <translation>{target} 重置了连接</translation>
    </message>
    <message>
        <source>it has no certificate</source>
        <translation>其中没有证书</translation>
    </message>
    <message>
        <source>it has a certificate that cannot be read</source>
        <translation>其中的证书无法读取</translation>
    </message>
    <message>
        <source>A colon inside a value needs a backslash, as in interface=\:\:1.</source>
        <translation>值中的冒号前需要反斜杠，如 interface=\:\:1。</translation>
    </message>
    <message>
        <source>Begin the endpoint with its kind, as in tcp:8007 or tcp:8007:interface=127.0.0.1, not {text}.</source>
        <translation>端点要以类型开头，如 tcp:8007 或 tcp:8007:interface=127.0.0.1，而不是 {text}。</translation>
    </message>
    <message>
        <source>Did you mean {suggestion}?</source>
        <translation>您是指 {suggestion} 吗？</translation>
    </message>
    <message>
        <source>Use one of: {known}.</source>
        <translation>请使用其中之一：{known}。</translation>
    </message>
    <message>
        <source>There is no kind of endpoint called {kind}. {advice}</source>
        <translation>没有名为 {kind} 的端点类型。{advice}</translation>
    </message>
    <message>
        <source>a whole number from 0 to {largest_port}</source>
        <translation>从 0 到 {largest_port} 的整数</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>three octal digits such as 660</source>
        <translation>三个八进制数字，如 660</translation>
    </message>
    <message>
        <source>0 or 1</source>
        <translation>0 或 1</translation>
    </message>
    <message>
        <source>Write an endpoint, such as tcp:8007.</source>
        <translation>请写一个端点，如 tcp:8007。</translation>
    </message>
    <message>
        <source>Write the endpoint on one line, without invisible characters.</source>
        <translation>端点要写在一行上，不含不可见字符。</translation>
    </message>
    <message>
        <source>Write the {twice} once. {colon_advice}</source>
        <translation>{twice} 只能写一次。{colon_advice}</translation>
    </message>
    <message>
        <source>{kind} takes no more than {most} values, here are {count}. {colon_advice}</source>
        <translation>{kind} 至多有 {most} 个值，这里有 {count} 个。{colon_advice}</translation>
    </message>
    <message>
        <source>{kind} needs its {needs}, as in {example}.</source>
        <translation>{kind} 需要{needs}，如 {example}。</translation>
    </message>
    <message>
        <source>The interface must be an address such as 127.0.0.1, 0.0.0.0 or \:\:1, not {interface}.</source>
        <translation>interface 必须是地址，如 127.0.0.1、0.0.0.0 或 \:\:1，而不是 {interface}。</translation>
    </message>
    <message>
        <source>It takes: {names}.</source>
        <translation>可用的有：{names}。</translation>
    </message>
    <message>
        <source>{kind} has no option {name}. {advice}</source>
        <translation>{kind} 没有选项 {name}。{advice}</translation>
    </message>
    <message>
        <source>The {parameter} must be {expected}, not {value}.</source>
        <translation>{parameter} 必须是{expected}，而不是 {value}。</translation>
    </message>
    <message>
        <source>Remove the backslash at the end, or write two of them.</source>
        <translation>请删除末尾的反斜杠，或写两个。</translation>
    </message>
    <message>
        <source>Type where to connect to, such as 127.0.0.1:8007.</source>
        <translation>请输入要连接的地址，如 127.0.0.1:8007。</translation>
    </message>
    <message>
        <source>{host} is no host name. Write host:port, such as localhost:8007.</source>
        <translation>{host} 不是主机名。请写 主机:端口，如 localhost:8007。</translation>
    </message>
    <message>
        <source>{text} has more than one colon. Write a host and a port, such as localhost:8007.</source>
        <translation>{text} 中有多个冒号。请写成主机和端口，例如 localhost:8007。</translation>
    </message>
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
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>draining</source>
        <translation>正在排空</translation>
    </message>
    <message>
        <source>stopping</source>
        <translation>正在停止</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Nobody listens on {path} any more, but it cannot be removed ({reason}). Remove it, or choose another path.</source>
        <translation>{path} 上已没有程序监听，但无法删除它（{reason}）。请删除它，或选择另一个路径。</translation>
    </message>
    <message>
        <source>There is no file {path}. Check its name and its folder.</source>
        <translation>没有文件 {path}。请检查文件名和所在文件夹。</translation>
    </message>
    <message>
        <source>Choose a port between 1 and {largest_port}, not {port}.</source>
        <translation>请选择 1 到 {largest_port} 之间的端口，而不是 {port}。</translation>
    </message>
    <message>
        <source>{resource} is no path of a WebSocket. It begins with a slash, has no spaces, and has {longest_resource:,} characters at most.</source>
        <translation>{resource} 不是 WebSocket 的路径。它以斜杠开头，不含空格，至多 {longest_resource:,} 个字符。</translation>
    </message>
    <message>
        <source>The local address must be an IP address of this machine, not {host}.</source>
        <translation>本地地址必须是本机的 IP 地址，而不是 {host}。</translation>
    </message>
    <message>
        <source>Add the path of the socket, as in unix:/tmp/echo.sock.</source>
        <translation>请加上套接字的路径，如 unix:/tmp/echo.sock。</translation>
    </message>
    <message>
        <source>The path of a Unix socket has no more than {longest_path} bytes. Use a shorter one.</source>
        <translation>Unix 套接字的路径不超过 {longest_path} 字节。请用更短的路径。</translation>
    </message>
    <message>
        <source>Leave out http:// and the path. Write host:port instead, or ws:// for a WebSocket.</source>
        <translation>请去掉 http:// 和路径。请写 主机:端口；WebSocket 则写 ws://。</translation>
    </message>
    <message>
        <source>Put an IPv6 address in brackets, then the port, such as [::1]:8007.</source>
        <translation>请把 IPv6 地址放在方括号中，然后写端口，如 [::1]:8007。</translation>
    </message>
    <message>
        <source>Add a port to {host}, such as localhost:8007.</source>
        <translation>请给 {host} 加上端口，如 localhost:8007。</translation>
    </message>
    <message>
        <source>Brackets hold an IPv6 address, then comes the port, such as [::1]:8007.</source>
        <translation>方括号中是 IPv6 地址，后面是端口，如 [::1]:8007。</translation>
    </message>
    <message>
        <source>Add a port to [{host}], such as [{host}]:8007.</source>
        <translation>请给 [{host}] 加上端口，如 [{host}]:8007。</translation>
    </message>
    <message>
        <source>The port must be a number from 1 to {largest_port}, not {port}.</source>
        <translation>端口必须是 1 到 {largest_port} 的数字，而不是 {port}。</translation>
    </message>
    <message>
        <source>Leave out timeout: how long connecting may take is among the connection options.</source>
        <translation>请不要写 timeout：连接可用多长时间在连接选项中设置。</translation>
    </message>
    <message>
        <source>There is no option {name} here. Known are {known}.</source>
        <translation>这里没有选项 {name}。可用的有 {known}。</translation>
    </message>
    <message>
        <source>A Unix socket has no local port. Leave it out.</source>
        <translation>Unix 套接字没有本地端口。请不要填写。</translation>
    </message>
    <message>
        <source>must be one of {known}</source>
        <translation>必须是 {known} 之一</translation>
    </message>
    <message>
        <source>this is no profile: it is larger than {largest_size} KiB</source>
        <translation>这不是配置：它大于 {largest_size} KiB</translation>
    </message>
    <message>
        <source>this is no profile: its keys or brackets are nested too deep</source>
        <translation>这不是配置：键或括号嵌套太深</translation>
    </message>
    <message>
        <source>line {line}, column {column}</source>
        <translation>第 {line} 行第 {column} 列</translation>
    </message>
    <message>
        <source>this is not TOML: {error}</source>
        <translation>这不是 TOML：{error}</translation>
    </message>
    <message>
        <source>a newer Portdeck wrote this profile (version {version}); update Portdeck</source>
        <translation>此配置由更新的 Portdeck 写入（版本 {version}）；请更新 Portdeck</translation>
    </message>
    <message>
        <source>must be another one; {first} is called {name} too</source>
        <translation>必须换一个；{first} 也叫 {name}</translation>
    </message>
    <message>
        <source>is missing; write version = {version} at the top</source>
        <translation>缺失；请在最上面写 version = {version}</translation>
    </message>
    <message>
        <source>must be {version}, not {value}</source>
        <translation>必须是 {version}，而不是{value}</translation>
    </message>
    <message>
        <source>is for a whole program, such as python:server.py; write one such as tcp:8007</source>
        <translation>是用于完整程序的，如 python:server.py；请写 tcp:8007 这样的端点</translation>
    </message>
    <message>
        <source>cannot be used with an endpoint of the kind {kind}; use tcp, or remove it</source>
        <translation>不能与类型为 {kind} 的端点一起使用；请用 tcp，或删除它</translation>
    </message>
    <message>
        <source>must be one line of visible characters</source>
        <translation>必须是一行可见字符</translation>
    </message>
    <message>
        <source>must be {choices}, in quotes, not {value}</source>
        <translation>必须是带引号的 {choices}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be at most {longest} characters long, not {count}</source>
        <translation>至多 {longest} 个字符，而不是 {count} 个</translation>
    </message>
    <message>
        <source>must not begin or end with a space</source>
        <translation>开头和结尾不能是空格</translation>
    </message>
    <message>
        <source>must be another one; there is a listener called {other}</source>
        <translation>必须换一个；已有名为 {other} 的监听器</translation>
    </message>
    <message>
        <source>needs a certificate beside it: the one it was made for</source>
        <translation>旁边需要与它对应的证书</translation>
    </message>
    <message>
        <source>check its rights, or start Portdeck with another --profile</source>
        <translation>请检查其权限，或用另一个 --profile 启动 Portdeck</translation>
    </message>
    <message>
        <source>{path} has mistakes, so it is not overwritten. Correct it and load it again, or set it aside.</source>
        <translation>{path} 中有错误，因此不会被覆盖。请改正后重新加载，或将它移开。</translation>
    </message>
    <message>
        <source>{path} was changed by another program, so it is not overwritten. Load it again, then repeat your change.</source>
        <translation>{path} 已被另一个程序更改，因此不会被覆盖。请重新加载，然后重做您的更改。</translation>
    </message>
    <message>
        <source>{target} is no file. Start Portdeck with another --profile.</source>
        <translation>{target} 不是文件。请用另一个 --profile 启动 Portdeck。</translation>
    </message>
    <message>
        <source>changes to the listeners will be lost when Portdeck closes</source>
        <translation>Portdeck 关闭时，对监听器的更改会丢失</translation>
    </message>
    <message>
        <source>There is {path} already.</source>
        <translation>{path} 已经存在。</translation>
    </message>
    <message>
        <source>{path} is not saved: {error}.</source>
        <translation>{path} 未保存：{error}。</translation>
    </message>
    <message>
        <source>{target} cannot be renamed ({reason}).</source>
        <translation>无法重命名 {target}（{reason}）。</translation>
    </message>
    <message>
        <source>cannot be written ({reason}); {advice}</source>
        <translation>无法写入（{reason}）；{advice}</translation>
    </message>
    <message>
        <source>this is not UTF-8 text; save the file as UTF-8</source>
        <translation>这不是 UTF-8 文本；请把文件存为 UTF-8</translation>
    </message>
    <message>
        <source>is not there any more; nothing was changed</source>
        <translation>已不在那里；没有任何改动</translation>
    </message>
    <message>
        <source>cannot be read ({reason}); {advice}</source>
        <translation>无法读取（{reason}）；{advice}</translation>
    </message>
    <message>
        <source>did you mean `{suggestion}`?</source>
        <translation>您是指 `{suggestion}` 吗？</translation>
    </message>
    <message>
        <source>unknown {kind} `{key}`; {advice}</source>
        <translation>未知的 {kind} `{key}`；{advice}</translation>
    </message>
    <message>
        <source>remove it, or use: {known}</source>
        <translation>请删除它，或使用：{known}</translation>
    </message>
    <message>
        <source>remove it; there is no {kind} to set here</source>
        <translation>请删除它；这里没有可设置的 {kind}</translation>
    </message>
    <message>
        <source>must be text in quotes, not {value}</source>
        <translation>必须是带引号的文本，而不是{value}</translation>
    </message>
    <message>
        <source>must not contain line breaks or other control characters</source>
        <translation>不能含有换行或其他控制字符</translation>
    </message>
    <message>
        <source>must have at most {longest} letters, not {count}</source>
        <translation>至多 {longest} 个字，而不是 {count} 个</translation>
    </message>
    <message>
        <source>has mistakes in it</source>
        <translation>其中有错误</translation>
    </message>
    <message>
        <source>must not hold half of a surrogate pair: UTF-8 cannot</source>
        <translation>不能含有半个代理对：UTF-8 无法表示</translation>
    </message>
    <message>
        <source>it would not read back the same</source>
        <translation>它读回来会不一样</translation>
    </message>
    <message>
        <source>Choose one of: {known}.</source>
        <translation>请选择其中之一：{known}。</translation>
    </message>
    <message>
        <source>There is no protocol called {name!r}. {advice}</source>
        <translation>没有名为 {name!r} 的协议。{advice}</translation>
    </message>
    <message>
        <source>{title} needs connections, which UDP does not have. Choose one of: {known}; or an endpoint such as tcp:{port}.</source>
        <translation>{title} 需要连接，而 UDP 没有连接。请选择其中之一：{known}；或使用 tcp:{port} 这样的端点。</translation>
    </message>
    <message>
        <source>cannot be a WebSocket; write tcp, tls, unix or udp</source>
        <translation>不能是 WebSocket；请写 tcp、tls、unix 或 udp</translation>
    </message>
    <message>
        <source>There is no folder {root}. Make it, or choose another.</source>
        <translation>没有文件夹 {root}。请创建它，或选择另一个。</translation>
    </message>
    <message>
        <source>{line!r} is no header. Write it as Name: value.</source>
        <translation>{line!r} 不是标头。请写成 Name: value。</translation>
    </message>
    <message>
        <source>The server sets {match} itself. Leave it out of the headers.</source>
        <translation>服务器自己设置 {match}。请从标头中去掉它。</translation>
    </message>
    <message>
        <source>a frame breaks the protocol</source>
        <translation>有一帧违反协议</translation>
    </message>
    <message>
        <source>a text is no UTF-8, or a message does not inflate</source>
        <translation>文本不是 UTF-8，或消息无法解压</translation>
    </message>
    <message>
        <source>a message is larger than this server takes</source>
        <translation>消息大于此服务器所能接收的</translation>
    </message>
    <message>
        <source>%s read too slowly: %d messages were not sent to it.</source>
        <translation>%s 读取太慢：%d 条消息没有发给它。</translation>
    </message>
    <message>
        <source>no answer to a ping</source>
        <translation>没有应答 ping</translation>
    </message>
    <message>
        <source>the script is over</source>
        <translation>脚本已结束</translation>
    </message>
    <message>
        <source>The target reads nothing more. Not everything was sent.</source>
        <translation>目标不再读取。没有全部发送。</translation>
    </message>
    <message>
        <source>{reference} returned {kind}. Return bytes, text, a list of both, or None.</source>
        <translation>{reference} 返回了 {kind}。请返回字节、文本、两者的列表或 None。</translation>
    </message>
    <message>
        <source>This expression repeats too much: make the numbers in {{}} smaller.</source>
        <translation>此表达式重复太多：请减小 {{}} 中的数字。</translation>
    </message>
    <message>
        <source>This expression cannot be read: {error}.</source>
        <translation>无法读取此表达式：{error}。</translation>
    </message>
    <message>
        <source>This expression is nested too deeply.</source>
        <translation>此表达式嵌套太深。</translation>
    </message>
    <message>
        <source>{reference} failed with {kind}: {error}</source>
        <translation>{reference} 失败：{kind}: {error}</translation>
    </message>
    <message>
        <source>{reference} did not answer within {answer_seconds:g} s.</source>
        <translation>{reference} 在 {answer_seconds:g} 秒内没有应答。</translation>
    </message>
    <message>
        <source>functions cannot be loaded here</source>
        <translation>这里不能加载函数</translation>
    </message>
    <message>
        <source>{peer} reads too slowly: it missed a reply.</source>
        <translation>{peer} 读取太慢：它漏掉了一条应答。</translation>
    </message>
    <message>
        <source>The expression took too long on a message, so the rule is passed over for a second. Make it simpler: avoid a repeat inside a repeat.</source>
        <translation>表达式在一条消息上耗时太长，因此该规则被跳过一秒。请简化它：避免在重复中再重复。</translation>
    </message>
    <message>
        <source>The file {path} was not sent: {why}. Put it there, or change the rule.</source>
        <translation>未发送文件 {path}：{why}。请把它放到那里，或更改规则。</translation>
    </message>
    <message>
        <source>A datagram has at most {largest_datagram:,} bytes, and this reply more. Make it shorter.</source>
        <translation>一个数据报至多 {largest_datagram:,} 字节，而此应答更长。请缩短它。</translation>
    </message>
    <message>
        <source>A datagram from {peer} was dropped: too many.</source>
        <translation>丢弃了来自 {peer} 的一个数据报：太多了。</translation>
    </message>
    <message>
        <source>every connection gets the replies of this rule anyway; remove it</source>
        <translation>每个连接本来就会收到此规则的应答；请删除它</translation>
    </message>
    <message>
        <source>datagrams have no connections to greet; remove it</source>
        <translation>数据报没有可问候的连接；请删除它</translation>
    </message>
    <message>
        <source>has no meaning with framing {name}; remove it</source>
        <translation>使用分帧 {name} 时没有意义；请删除它</translation>
    </message>
    <message>
        <source>there is a reply beside it; keep one of them</source>
        <translation>旁边已有 reply；请保留其中一个</translation>
    </message>
    <message>
        <source>has a meaning with replies only; remove it</source>
        <translation>只在有 replies 时才有意义；请删除它</translation>
    </message>
    <message>
        <source>must be an array of 1 to {most} replies, not {value}</source>
        <translation>必须是 1 到 {most} 个应答的数组，而不是{value}</translation>
    </message>
    <message>
        <source>is missing; framing {framing} needs it</source>
        <translation>缺失；分帧 {framing} 需要它</translation>
    </message>
    <message>
        <source>has {known}; keep one of them</source>
        <translation>有 {known}；请保留其中一个</translation>
    </message>
    <message>
        <source>says nothing of when it applies; write one of {known}</source>
        <translation>没有说明何时适用；请写 {known} 之一</translation>
    </message>
    <message>
        <source>the function gives the reply; remove it</source>
        <translation>应答由函数给出；请删除它</translation>
    </message>
    <message>
        <source>it is longer than a message may be</source>
        <translation>它超过了消息的最大长度</translation>
    </message>
    <message>
        <source>it is not as the framing says</source>
        <translation>它不符合分帧规则</translation>
    </message>
    <message>
        <source>its end never came</source>
        <translation>它的结尾一直没有到来</translation>
    </message>
    <message>
        <source>these messages have no frame that could be put around a reply</source>
        <translation>这些消息没有可以加在应答外面的帧</translation>
    </message>
    <message>
        <source>the frame begins with a length, and a file&apos;s is not known before</source>
        <translation>帧以长度开头，而文件的长度事先未知</translation>
    </message>
    <message>
        <source>A length of {width} bytes cannot say {size:,}. Make the reply shorter, or the length wider.</source>
        <translation>{width} 字节的长度无法表示 {size:,}。请缩短应答，或加宽长度。</translation>
    </message>
    <message>
        <source>must have 1 to {max_pieces} pieces, not {count}</source>
        <translation>必须有 1 到 {max_pieces} 个片段，而不是 {count} 个</translation>
    </message>
    <message>
        <source>must be text, {{ hex = &quot;06 00 ff&quot; }}, {{ file = &quot;big.bin&quot; }}, or a list of these, not {value}</source>
        <translation>必须是文本、{{ hex = &quot;06 00 ff&quot; }}、{{ file = &quot;big.bin&quot; }} 或它们的列表，而不是{value}</translation>
    </message>
    <message>
        <source>must have one of text, hex and file, and maybe a name beside text or hex; it has {value}</source>
        <translation>必须有 text、hex、file 之一，text 或 hex 旁可以有 name；现在有 {value}</translation>
    </message>
    <message>
        <source>a group cannot be called {taken}, as a variable is; rename it</source>
        <translation>组不能像变量那样叫做 {taken}；请改名</translation>
    </message>
    <message>
        <source>must be true, not {value}</source>
        <translation>必须是 true，而不是{value}</translation>
    </message>
    <message>
        <source>must name a function, such as rules.py:answer, not {value}</source>
        <translation>必须指定一个函数，如 rules.py:answer，而不是{value}</translation>
    </message>
    <message>
        <source>must name a file that ends in .py or a module, not {source}</source>
        <translation>必须指定以 .py 结尾的文件或模块，而不是{source}</translation>
    </message>
    <message>
        <source>must name a file</source>
        <translation>必须指定一个文件</translation>
    </message>
    <message>
        <source>must be text or {{ hex = &quot;01 ?? 03&quot; }}, not {value}</source>
        <translation>必须是文本或 {{ hex = &quot;01 ?? 03&quot; }}，而不是{value}</translation>
    </message>
    <message>
        <source>is empty, which every message matches; write any = true instead</source>
        <translation>为空，任何消息都与它匹配；请改写 any = true</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>%s: rule %s: %s</source>
        <translation>%s：规则 %s：%s</translation>
    </message>
    <message>
        <source>number {index}</source>
        <translation>第 {index} 条</translation>
    </message>
    <message>
        <source>{shown} is no variable and no capture. The captures are {captured}, the variables {known}; {{{{ is a brace.</source>
        <translation>{shown} 既不是变量也不是捕获组。捕获组有 {captured}，变量有 {known}；{{{{ 表示花括号。</translation>
    </message>
    <message>
        <source>{shown} is no variable. There are {known}; {{{{ is a brace.</source>
        <translation>{shown} 不是变量。可用的有 {known}；{{{{ 表示花括号。</translation>
    </message>
    <message>
        <source>{{random:8}} needs how many, from 1 to {most_random:,}.</source>
        <translation>{{random:8}} 需要数量，从 1 到 {most_random:,}。</translation>
    </message>
    <message>
        <source>It would be longer than {most_rendered:,} bytes. Make it shorter, or send a file.</source>
        <translation>它会超过 {most_rendered:,} 字节。请缩短它，或发送文件。</translation>
    </message>
    <message>
        <source>There may be {most_computed} lengths and checksums.</source>
        <translation>至多 {most_computed} 个长度和校验和。</translation>
    </message>
    <message>
        <source>{shown} would depend on itself.</source>
        <translation>{shown} 会依赖自己。</translation>
    </message>
    <message>
        <source>{shown} cannot look into the file before it: name its parts.</source>
        <translation>{shown} 无法查看它前面的文件：请指定文件的部分。</translation>
    </message>
    <message>
        <source>{shown}: no part of this reply has the name &quot;{name}&quot;.</source>
        <translation>{shown}：此应答没有名为 &quot;{name}&quot; 的部分。</translation>
    </message>
    <message>
        <source>{mark} names no part after the colon.</source>
        <translation>{mark} 的冒号后没有写部分。</translation>
    </message>
    <message>
        <source>{mark} is unknown. There are {name}, {known}.</source>
        <translation>{mark} 未知。可用的有 {name}、{known}。</translation>
    </message>
    <message>
        <source>the message does not equal {written!r}</source>
        <translation>消息不等于 {written!r}</translation>
    </message>
    <message>
        <source>the message does not start with {written!r}</source>
        <translation>消息不以 {written!r} 开头</translation>
    </message>
    <message>
        <source>the message does not end with {written!r}</source>
        <translation>消息不以 {written!r} 结尾</translation>
    </message>
    <message>
        <source>the message does not contain {written!r}</source>
        <translation>消息不包含 {written!r}</translation>
    </message>
    <message>
        <source>Rule {rule} matches.</source>
        <translation>规则 {rule} 匹配。</translation>
    </message>
    <message>
        <source>No rule matches. The reply for unmatched messages is sent.</source>
        <translation>没有匹配的规则。发送用于未匹配消息的应答。</translation>
    </message>
    <message>
        <source>Rule {rule} calls {reference}, which decides when the message comes.</source>
        <translation>规则 {rule} 会调用 {reference}，由它在消息到来时决定。</translation>
    </message>
    <message>
        <source>The message is ignored.</source>
        <translation>忽略该消息。</translation>
    </message>
    <message>
        <source>The connection is closed.</source>
        <translation>连接已关闭。</translation>
    </message>
    <message>
        <source>The connection is reset.</source>
        <translation>重置连接。</translation>
    </message>
    <message>
        <source>it is off</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>it answers no messages</source>
        <translation>不应答任何消息</translation>
    </message>
    <message>
        <source>No rule matches. {words}</source>
        <translation>没有匹配的规则。{words}</translation>
    </message>
    <message>
        <source>its expression is not found in the message</source>
        <translation>在消息中找不到它的表达式</translation>
    </message>
    <message>
        <source>{first} {second}</source>
        <translation>{first}{second}</translation>
    </message>
    <message>
        <source>its expression takes too long on this message</source>
        <translation>它的表达式在此消息上耗时太长</translation>
    </message>
    <message>
        <source>Something unexpected failed: %s</source>
        <translation>发生意外错误：%s</translation>
    </message>
    <message>
        <source>The log file {basefilename} cannot be written: {reason}. Portdeck goes on without it until it can.</source>
        <translation>无法写入日志文件 {basefilename}：{reason}。在它恢复之前，Portdeck 不写日志文件继续运行。</translation>
    </message>
    <message>
        <source>No log file is written: %s</source>
        <translation>没有写日志文件：%s</translation>
    </message>
    <message>
        <source>The log file %s is written again.</source>
        <translation>日志文件 %s 又可以写入了。</translation>
    </message>
    <message>
        <source>The lines cannot be written ({reason}); trying again.</source>
        <translation>无法写入各行（{reason}）；正在重试。</translation>
    </message>
    <message>
        <source>{resource} is missing: install Portdeck again.</source>
        <translation>缺少 {resource}：请重新安装 Portdeck。</translation>
    </message>
    <message>
        <source>A second window on this profile would not be noticed: %s</source>
        <translation>将无法察觉此配置的第二个窗口：%s</translation>
    </message>
    <message>
        <source>A second start could not bring up this window: %s</source>
        <translation>第二次启动无法唤起此窗口：%s</translation>
    </message>
    <message>
        <source>closed by the peer</source>
        <translation>被对端关闭</translation>
    </message>
    <message>
        <source>closed by the listener</source>
        <translation>被监听器关闭</translation>
    </message>
    <message>
        <source>aborted by the listener</source>
        <translation>被监听器中止</translation>
    </message>
    <message>
        <source>reset by the peer</source>
        <translation>被对端重置</translation>
    </message>
    <message>
        <source>no TLS handshake within {handshake_seconds:g} s</source>
        <translation>{handshake_seconds:g} 秒内没有完成 TLS 握手</translation>
    </message>
    <message>
        <source>the peer left during the TLS handshake</source>
        <translation>对端在 TLS 握手期间离开</translation>
    </message>
    <message>
        <source>closed by the peer, without a TLS close_notify</source>
        <translation>被对端关闭，没有 TLS close_notify</translation>
    </message>
    <message>
        <source>the peer spoke TLS to a port without it</source>
        <translation>对端在没有 TLS 的端口上使用了 TLS</translation>
    </message>
    <message>
        <source>for other reasons</source>
        <translation>其他原因</translation>
    </message>
    <message>
        <source>TLS failed: the peer spoke plain text</source>
        <translation>TLS 失败：对端使用了明文</translation>
    </message>
    <message>
        <source>TLS failed: the peer offers no version that is new enough</source>
        <translation>TLS 失败：对端没有足够新的版本</translation>
    </message>
    <message>
        <source>TLS failed: the peer does not accept this certificate</source>
        <translation>TLS 失败：对端不接受此证书</translation>
    </message>
    <message>
        <source>TLS failed: the peer spoke plain HTTP</source>
        <translation>TLS 失败：对端使用了明文 HTTP</translation>
    </message>
    <message>
        <source>TLS failed: the peer spoke plain HTTP, as to a proxy</source>
        <translation>TLS 失败：对端像对代理那样使用了明文 HTTP</translation>
    </message>
    <message>
        <source>TLS failed: the peer offers no cipher that is known here</source>
        <translation>TLS 失败：对端没有这里支持的加密套件</translation>
    </message>
    <message>
        <source>TLS failed: the peer showed no certificate</source>
        <translation>TLS 失败：对端没有出示证书</translation>
    </message>
    <message>
        <source>TLS failed: the peer&apos;s certificate is not of the client CA</source>
        <translation>TLS 失败：对端的证书不是客户端 CA 签发的</translation>
    </message>
    <message>
        <source>TLS failed: the peer does not trust the CA of this certificate</source>
        <translation>TLS 失败：对端不信任此证书的 CA</translation>
    </message>
    <message>
        <source>TLS failed: {problem}</source>
        <translation>TLS 失败：{problem}</translation>
    </message>
    <message>
        <source>did not read</source>
        <translation>没有读取</translation>
    </message>
    <message>
        <source>%s: the protocol failed on the connection from %s, which is closed now.</source>
        <translation>%s：协议在来自 %s 的连接上出错，该连接已关闭。</translation>
    </message>
    <message>
        <source>{reason}; {hint}</source>
        <translation>{reason}；{hint}</translation>
    </message>
    <message>
        <source>idle for {seconds:g} s</source>
        <translation>空闲 {seconds:g} 秒</translation>
    </message>
    <message>
        <source>faults hold {held:,} written bytes</source>
        <translation>故障扣住了 {held:,} 个已写的字节</translation>
    </message>
    <message>
        <source>did not read for {seconds:g} s</source>
        <translation>没有读取，持续 {seconds:g} 秒</translation>
    </message>
    <message>
        <source>did not read: {unsent:,} bytes unsent</source>
        <translation>没有读取：{unsent:,} 字节未发送</translation>
    </message>
    <message>
        <source>too many connections</source>
        <translation>连接太多</translation>
    </message>
    <message>
        <source>too many connections from one address</source>
        <translation>来自一个地址的连接太多</translation>
    </message>
    <message>
        <source>reset by a fault</source>
        <translation>被故障重置</translation>
    </message>
    <message>
        <source>refused by the protocol&apos;s factory</source>
        <translation>被协议的工厂拒绝</translation>
    </message>
    <message>
        <source>fault</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>{fault}: {words}</source>
        <translation>{fault}：{words}</translation>
    </message>
    <message>
        <source>your listener {name}</source>
        <translation>您的监听器 {name}</translation>
    </message>
    <message>
        <source>fault: tls broken-off</source>
        <translation>故障：TLS 中断</translation>
    </message>
    <message>
        <source>The certificate could not be renewed. %s</source>
        <translation>无法续期证书。%s</translation>
    </message>
    <message>
        <source>OpenSSL does not take the certificate: {error}.</source>
        <translation>OpenSSL 不接受该证书：{error}。</translation>
    </message>
    <message>
        <source>The CA of the clients: {error}</source>
        <translation>客户端的 CA：{error}</translation>
    </message>
    <message>
        <source>The bad certificate of a fault could not be made. %s</source>
        <translation>无法生成故障的无效证书。%s</translation>
    </message>
    <message>
        <source>%s: new connections run the code as it is now.</source>
        <translation>%s：新连接运行当前的代码。</translation>
    </message>
    <message>
        <source>%s goes on with its options as they are now.</source>
        <translation>%s 以当前的选项继续运行。</translation>
    </message>
    <message>
        <source>%s: the new code is not in use. %s</source>
        <translation>%s：没有使用新代码。%s</translation>
    </message>
    <message>
        <source>the system is short of sockets ({reason}); goes on when it has some</source>
        <translation>系统的套接字不足（{reason}）；有空闲时继续</translation>
    </message>
    <message>
        <source>something has closed it</source>
        <translation>有程序关闭了它</translation>
    </message>
    <message>
        <source>The socket at {where} is lost: {why}. Start it again.</source>
        <translation>{where} 的套接字已丢失：{why}。请再启动一次。</translation>
    </message>
    <message>
        <source>%s is listening on %s.</source>
        <translation>%s 正在 %s 上监听。</translation>
    </message>
    <message>
        <source>%s is %s.</source>
        <translation>%s：%s。</translation>
    </message>
    <message>
        <source>It was interrupted while it started. Start it again.</source>
        <translation>启动时被中断。请再启动一次。</translation>
    </message>
    <message>
        <source>An earlier start took over the socket that it was given, and has closed it. If it needs that socket, start Portdeck again.</source>
        <translation>之前的启动接管了交给它的套接字，并已将其关闭。如果需要该套接字，请重新启动 Portdeck。</translation>
    </message>
    <message>
        <source>These services listen where they say. Without Portdeck, start them in a .tac file, with setServiceParent(application).</source>
        <translation>这些服务自己决定在哪里监听。不使用 Portdeck 时，请在 .tac 文件中用 setServiceParent(application) 启动它们。</translation>
    </message>
    <message>
        <source>`{key}` means nothing for {kind}; remove it</source>
        <translation>`{key}` 对 {kind} 没有意义；请删除它</translation>
    </message>
    <message>
        <source>nothing listens there</source>
        <translation>那里没有程序监听</translation>
    </message>
    <message>
        <source>cannot forward to {target}: {sentence}</source>
        <translation>无法转发到 {target}：{sentence}</translation>
    </message>
    <message>
        <source>a message of {count:,} bytes is too long for a datagram</source>
        <translation>{count:,} 字节的消息对数据报来说太长</translation>
    </message>
    <message>
        <source>here are {count} listeners; keep at most {most}</source>
        <translation>这里有 {count} 个监听器；请最多保留 {most} 个</translation>
    </message>
    <message>
        <source>has no effect without {wanted}; write that, or remove this</source>
        <translation>没有 {wanted} 时不起作用；请写上它，或去掉此项</translation>
    </message>
    <message>
        <source>{target} takes no PROXY header. Choose none, or another target.</source>
        <translation>{target} 不接受 PROXY 头。请选择“无”，或另一个目标。</translation>
    </message>
    <message>
        <source>Where both sides are UDP, each datagram is a message. Remove the framing.</source>
        <translation>两侧都是 UDP 时，每个数据报就是一条消息。请删除分帧。</translation>
    </message>
    <message>
        <source>Clients that come over UDP have no PROXY header. Choose none.</source>
        <translation>经 UDP 来的客户端没有 PROXY 头。请选择“无”。</translation>
    </message>
    <message>
        <source>It cannot forward to {to!r}. {error}</source>
        <translation>它无法转发到 {to!r}。{error}</translation>
    </message>
    <message>
        <source>closed by the target</source>
        <translation>被目标关闭</translation>
    </message>
    <message>
        <source>%s has stopped its reactor: its listeners stop.</source>
        <translation>%s 停止了它的反应器：其监听器停止。</translation>
    </message>
    <message>
        <source>{count} places</source>
        <translation>{count} 个位置</translation>
    </message>
    <message>
        <source>{title} does not listen there any more. Remove this place.</source>
        <translation>{title} 不再在那里监听。请删除此位置。</translation>
    </message>
    <message>
        <source>These of its places failed: {names}.</source>
        <translation>它的这些位置失败了：{names}。</translation>
    </message>
    <message>
        <source>its TLS certificate and key</source>
        <translation>它的 TLS 证书和密钥</translation>
    </message>
    <message>
        <source>%s: the factory was not stopped in order. %s</source>
        <translation>%s：工厂没有正常停止。%s</translation>
    </message>
    <message>
        <source>%s: the protocol was not stopped in order. %s</source>
        <translation>%s：协议没有正常停止。%s</translation>
    </message>
    <message>
        <source>the process may open only {limit:,} files; goes on when clients leave</source>
        <translation>此进程至多打开 {limit:,} 个文件；客户端离开后继续</translation>
    </message>
    <message>
        <source>Cannot listen on {where}: {reason}.</source>
        <translation>无法在 {where} 上监听：{reason}。</translation>
    </message>
    <message>
        <source>{where} is in use already. Stop who listens there, or choose another address.</source>
        <translation>{where} 已在使用。请停止在那里监听的程序，或选择另一个地址。</translation>
    </message>
    <message>
        <source>No address is known for {interface!r}. Write an address of this machine, such as 127.0.0.1.</source>
        <translation>找不到 {interface!r} 的地址。请写本机的地址，如 127.0.0.1。</translation>
    </message>
    <message>
        <source>Port {port} is in use by {by}. Stop it, or choose another port.</source>
        <translation>端口 {port} 正被 {by} 使用。请停止它，或选择另一个端口。</translation>
    </message>
    <message>
        <source>Port {port} needs administrator rights. Choose a port from {first_unprivileged_port} up.</source>
        <translation>端口 {port} 需要管理员权限。请选择 {first_unprivileged_port} 以上的端口。</translation>
    </message>
    <message>
        <source>The system does not allow listening on {where}. Choose another address.</source>
        <translation>系统不允许在 {where} 上监听。请选择另一个地址。</translation>
    </message>
    <message>
        <source>{interface} is not an address of this machine. Use 127.0.0.1 for this computer only, or one of the machine&apos;s own addresses.</source>
        <translation>{interface} 不是本机的地址。仅供本机使用请写 127.0.0.1，或写本机的其他地址。</translation>
    </message>
    <message>
        <source>No file descriptor is left to listen on {where}. Close some connections, or raise the limit (ulimit -n).</source>
        <translation>没有文件描述符可用于在 {where} 上监听。请关闭一些连接，或提高上限（ulimit -n）。</translation>
    </message>
    <message>
        <source>{path} is encrypted, and an ssl endpoint takes no passphrase. Choose TLS over TCP instead: a tcp endpoint with [listener.tls].</source>
        <translation>{path} 已加密，而 ssl 端点不接受密码短语。请改用 TCP 上的 TLS：带 [listener.tls] 的 tcp 端点。</translation>
    </message>
    <message>
        <source>another program</source>
        <translation>另一个程序</translation>
    </message>
    <message>
        <source>UDP port {port} is in use by {by}. Stop it, or choose another port.</source>
        <translation>UDP 端口 {port} 正被 {by} 使用。请停止它，或选择另一个端口。</translation>
    </message>
    <message>
        <source>{path} is in use by {owner}. Stop it, or choose another path.</source>
        <translation>{path} 正被 {owner} 使用。请停止它，或选择另一个路径。</translation>
    </message>
    <message>
        <source>another listener of yours</source>
        <translation>您的另一个监听器</translation>
    </message>
    <message>
        <source>a folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>a file that is no socket</source>
        <translation>不是套接字的文件</translation>
    </message>
    <message>
        <source>{path} is {what}. Choose another path.</source>
        <translation>{path} 是{what}。请选择另一个路径。</translation>
    </message>
    <message>
        <source>The path of the socket is {count} bytes long, and the system takes {longest_path} at most: {path}. Choose a shorter one.</source>
        <translation>套接字的路径长 {count} 字节，而系统至多接受 {longest_path} 字节：{path}。请选择更短的路径。</translation>
    </message>
    <message>
        <source>There is no folder {folder}. Make it, or choose another path.</source>
        <translation>没有文件夹 {folder}。请创建它，或选择另一个路径。</translation>
    </message>
    <message>
        <source>You may not make a socket in the folder {folder}. Choose another one.</source>
        <translation>您无权在文件夹 {folder} 中创建套接字。请选择另一个文件夹。</translation>
    </message>
    <message>
        <source>another program (pid {pid})</source>
        <translation>另一个程序（pid {pid}）</translation>
    </message>
    <message>
        <source>{path} is a socket of somebody else&apos;s. Choose another path.</source>
        <translation>{path} 是别人的套接字。请选择另一个路径。</translation>
    </message>
    <message>
        <source>user {uid}</source>
        <translation>用户 {uid}</translation>
    </message>
    <message>
        <source>only those who are known are served to the end</source>
        <translation>只为已知的对端服务到结束</translation>
    </message>
    <message>
        <source>too many peers</source>
        <translation>对端太多</translation>
    </message>
    <message>
        <source>too many peers at one address</source>
        <translation>一个地址上的对端太多</translation>
    </message>
    <message>
        <source> It is the last of {count:,} in a second.</source>
        <translation>它是一秒内 {count:,} 个中的最后一个。</translation>
    </message>
    <message>
        <source>%s: the protocol failed on a datagram from %s.%s</source>
        <translation>%s：协议在来自 %s 的数据报上出错。%s</translation>
    </message>
    <message>
        <source>{count:,} bytes are more than one datagram can have</source>
        <translation>{count:,} 字节超过一个数据报的容量</translation>
    </message>
    <message>
        <source>%s: a datagram to %s was not sent: %s.%s</source>
        <translation>%s：没有发送给 %s 的数据报：%s。%s</translation>
    </message>
    <message>
        <source>{reason}; {count:,} datagrams in a second</source>
        <translation>{reason}；一秒内 {count:,} 个数据报</translation>
    </message>
    <message>
        <source>Portdeck opens and closes the socket. Stop the listener there.</source>
        <translation>套接字由 Portdeck 打开和关闭。请在那里停止监听器。</translation>
    </message>
    <message>
        <source>the sender has no address to answer to</source>
        <translation>发送者没有可应答的地址</translation>
    </message>
    <message>
        <source>message too long</source>
        <translation>消息太长</translation>
    </message>
    <message>
        <source>The code of this profile is not trusted yet, so it does not run. Choose File, Trust the code of this profile.</source>
        <translation>此配置的代码尚未受信任，因此不会运行。请选择“文件 → 信任此配置的代码”。</translation>
    </message>
    <message>
        <source>The trust in the profile&apos;s code was not kept. %s</source>
        <translation>没有保存对此配置代码的信任。%s</translation>
    </message>
    <message>
        <source>A hex digit is missing: two of them make a byte.</source>
        <translation>缺少一个十六进制数字：两个数字组成一个字节。</translation>
    </message>
    <message>
        <source>{wrong!r} is no hex digit.</source>
        <translation>{wrong!r} 不是十六进制数字。</translation>
    </message>
    <message>
        <source>Write \\ for a backslash, or one of \r \n \t \0 \xff \u00a0.</source>
        <translation>反斜杠请写 \\，或使用 \r \n \t \0 \xff \u00a0 之一。</translation>
    </message>
    <message>
        <source>Here is half of a character: type it again.</source>
        <translation>这里是半个字符：请重新输入。</translation>
    </message>
    <message>
        <source>{shown} is no escape. {escapes_advice}</source>
        <translation>{shown} 不是转义。{escapes_advice}</translation>
    </message>
    <message>
        <source>{escape} is no character.</source>
        <translation>{escape} 不是字符。</translation>
    </message>
    <message>
        <source>These bytes are no UTF-8 text. Use escapes or hex.</source>
        <translation>这些字节不是 UTF-8 文本。请使用转义或十六进制。</translation>
    </message>
    <message>
        <source>A control character has no shape as text. Use escapes or hex.</source>
        <translation>控制字符不能作为文本显示。请使用转义或十六进制。</translation>
    </message>
    <message>
        <source>must not hold {wrong}, which is no UTF-8 text</source>
        <translation>不能含有 {wrong}，它不是 UTF-8 文本</translation>
    </message>
    <message>
        <source>must not hold {wrong}. {escapes_advice}</source>
        <translation>不能含有 {wrong}。{escapes_advice}</translation>
    </message>
    <message>
        <source>must be a list of tables; write [[{name}]] with two brackets on each side</source>
        <translation>必须是表的列表；请写 [[{name}]]，每侧两个方括号</translation>
    </message>
    <message>
        <source>must be a number from {least:.15g} to {most:.15g}, not {value}</source>
        <translation>必须是 {least:.15g} 到 {most:.15g} 的数，而不是{value}</translation>
    </message>
    <message>
        <source>{count:,} bytes</source>
        <translation>{count:,} 字节</translation>
    </message>
    <message>
        <source>1 byte</source>
        <translation>1 字节</translation>
    </message>
    <message>
        <source>Operation not permitted</source>
        <translation>不允许的操作</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有那个文件或文件夹</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>输入/输出错误</translation>
    </message>
    <message>
        <source>Resource temporarily unavailable</source>
        <translation>资源暂时不可用</translation>
    </message>
    <message>
        <source>Cannot allocate memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>权限不足</translation>
    </message>
    <message>
        <source>Device or resource busy</source>
        <translation>设备或资源忙</translation>
    </message>
    <message>
        <source>File exists</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>不是文件夹</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>是文件夹</translation>
    </message>
    <message>
        <source>Invalid argument</source>
        <translation>参数无效</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>打开的文件太多</translation>
    </message>
    <message>
        <source>File too large</source>
        <translation>文件太大</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>设备上没有剩余空间</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>只读文件系统</translation>
    </message>
    <message>
        <source>Broken pipe</source>
        <translation>管道已断开</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名太长</translation>
    </message>
    <message>
        <source>Too many levels of symbolic links</source>
        <translation>符号链接层数太多</translation>
    </message>
    <message>
        <source>Address already in use</source>
        <translation>地址已在使用</translation>
    </message>
    <message>
        <source>Cannot assign requested address</source>
        <translation>无法使用所请求的地址</translation>
    </message>
    <message>
        <source>Network is unreachable</source>
        <translation>网络不可达</translation>
    </message>
    <message>
        <source>No buffer space available</source>
        <translation>没有可用的缓冲区空间</translation>
    </message>
    <message>
        <source>Connection timed out</source>
        <translation>连接超时</translation>
    </message>
    <message>
        <source>Connection refused</source>
        <translation>连接被拒绝</translation>
    </message>
    <message>
        <source>No route to host</source>
        <translation>没有到主机的路由</translation>
    </message>
    <message>
        <source>Disk quota exceeded</source>
        <translation>超出磁盘配额</translation>
    </message>
    <message>
        <source>embedded null byte</source>
        <translation>含有空字节</translation>
    </message>
    <message>
        <source>{path} has no certificate in the PEM form, which begins with &quot;-----BEGIN CERTIFICATE-----&quot;. Choose another file, or convert it (openssl x509).</source>
        <translation>{path} 中没有 PEM 形式的证书，它以 &quot;-----BEGIN CERTIFICATE-----&quot; 开头。请选择另一个文件，或转换它（openssl x509）。</translation>
    </message>
    <message>
        <source>The key in {key_path} does not belong to the certificate in {certificate}. Choose the key that the certificate was made for.</source>
        <translation>{key_path} 中的密钥与 {certificate} 中的证书不匹配。请选择与该证书对应的密钥。</translation>
    </message>
    <message>
        <source>{path} is a PKCS#12 file, which has its key in it. Leave out the key.</source>
        <translation>{path} 是 PKCS#12 文件，其中已有密钥。请不要另选密钥。</translation>
    </message>
    <message>
        <source>The key in {path} does not belong to its certificate. Export it anew.</source>
        <translation>{path} 中的密钥与其证书不匹配。请重新导出。</translation>
    </message>
    <message>
        <source>The certificate in {path} expired on {not_after}. Renew it.</source>
        <translation>{path} 中的证书已于 {not_after} 过期。请续期。</translation>
    </message>
    <message>
        <source>The certificate in {path} is not valid before {not_before} UTC. Wait until then, or check this computer&apos;s clock.</source>
        <translation>{path} 中的证书在 UTC {not_before} 之前无效。请等到那时，或检查本机的时钟。</translation>
    </message>
    <message>
        <source>The certificate in {path} is damaged. Get it anew from where it was made.</source>
        <translation>{path} 中的证书已损坏。请从签发处重新获取。</translation>
    </message>
    <message>
        <source>{path} is too large for a certificate or a key. Choose another file.</source>
        <translation>{path} 太大，不是证书或密钥。请选择另一个文件。</translation>
    </message>
    <message>
        <source>There is no file {path}. Choose one that is there.</source>
        <translation>没有文件 {path}。请选择存在的文件。</translation>
    </message>
    <message>
        <source>{path} is a folder. Choose the file in it.</source>
        <translation>{path} 是文件夹。请选择其中的文件。</translation>
    </message>
    <message>
        <source>You may not read {path}. Change its rights, or choose another.</source>
        <translation>您无权读取 {path}。请更改其权限，或选择另一个文件。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({error}). Choose another file.</source>
        <translation>无法读取 {path}（{error}）。请选择另一个文件。</translation>
    </message>
    <message>
        <source>The passphrase for {path} is wrong, or the file is damaged. Check both.</source>
        <translation>{path} 的密码短语错误，或文件已损坏。请检查两者。</translation>
    </message>
    <message>
        <source>The passphrase for the key in {path} is wrong. Check it and try again.</source>
        <translation>{path} 中密钥的密码短语错误。请检查后再试。</translation>
    </message>
    <message>
        <source>{path} is encrypted and needs its passphrase. The window asks for it; on a command line, give --passphrase-file or the variable PORTDECK_PASSPHRASE.</source>
        <translation>{path} 已加密，需要密码短语。窗口会询问；在命令行上请给出 --passphrase-file 或变量 PORTDECK_PASSPHRASE。</translation>
    </message>
    <message>
        <source>{path} has no key in the PEM form. Choose another file, or convert it (openssl pkey).</source>
        <translation>{path} 中没有 PEM 形式的密钥。请选择另一个文件，或转换它（openssl pkey）。</translation>
    </message>
    <message>
        <source>{path} is encrypted in a way that is not supported here. Encrypt it anew with AES (openssl pkcs8 -topk8, or openssl pkcs12 -export).</source>
        <translation>{path} 的加密方式在此不受支持。请用 AES 重新加密（openssl pkcs8 -topk8 或 openssl pkcs12 -export）。</translation>
    </message>
    <message>
        <source>The key in {path} is damaged. Get it anew from where it was made.</source>
        <translation>{path} 中的密钥已损坏。请从生成处重新获取。</translation>
    </message>
    <message>
        <source>{path} has a certificate, but not its key. Choose the file of the key too (&quot;-----BEGIN PRIVATE KEY-----&quot;).</source>
        <translation>{path} 中有证书，但没有密钥。请把密钥文件也选上（&quot;-----BEGIN PRIVATE KEY-----&quot;）。</translation>
    </message>
    <message>
        <source>{path} is a PKCS#12 file. Choose it as the certificate: the key is in it too.</source>
        <translation>{path} 是 PKCS#12 文件。请把它选作证书：密钥也在其中。</translation>
    </message>
    <message>
        <source>{path} has no certificate together with its key. Export both into the file.</source>
        <translation>{path} 中没有证书及其密钥。请把两者都导出到该文件。</translation>
    </message>
    <message>
        <source>{path} would take too long to decrypt: its key derivation has more than {most_iterations:,} rounds. Encrypt it anew with fewer.</source>
        <translation>解密 {path} 会耗时太长：其密钥派生超过 {most_iterations:,} 轮。请用更少的轮数重新加密。</translation>
    </message>
    <message>
        <source>Portdeck keeps its certificates in {parent}, where {name} cannot be used ({reason}). Mend that, or use a certificate of your own.</source>
        <translation>Portdeck 的证书保存在 {parent} 中，其中的 {name} 无法使用（{reason}）。请修复它，或使用您自己的证书。</translation>
    </message>
    <message>
        <source>{path} belongs to another user, who could read the keys in it. Remove it, or start Portdeck as that user.</source>
        <translation>{path} 属于另一个用户，他可以读取其中的密钥。请删除它，或以该用户启动 Portdeck。</translation>
    </message>
    <message>
        <source>The local CA is damaged: {error} Or remove {path}, for Portdeck to make another.</source>
        <translation>本地 CA 已损坏：{error} 或者删除 {path}，让 Portdeck 生成新的。</translation>
    </message>
    <message>
        <source>{file} has no passphrase. Write it on the first line.</source>
        <translation>{file} 中没有密码短语。请写在第一行。</translation>
    </message>
    <message>
        <source>{file} is no passphrase file: it has more than {most_passphrases} lines, or is no text. Write one passphrase on each line.</source>
        <translation>{file} 不是密码短语文件：它超过 {most_passphrases} 行，或不是文本。请每行写一个密码短语。</translation>
    </message>
    <message>
        <source>it has no valid name</source>
        <translation>它没有有效的名称</translation>
    </message>
    <message>
        <source>The passphrase file {file} cannot be read: {why}.</source>
        <translation>无法读取密码短语文件 {file}：{why}。</translation>
    </message>
    <message>
        <source>{reason}.</source>
        <translation>{reason}。</translation>
    </message>
    <message>
        <source>{path}: It is no capture. Choose a .pcap or .pcapng file.</source>
        <translation>{path}：它不是抓包文件。请选择 .pcap 或 .pcapng 文件。</translation>
    </message>
    <message>
        <source>It is damaged at byte {position}. This is what comes before.</source>
        <translation>在第 {position} 字节处损坏。以下是之前的部分。</translation>
    </message>
    <message>
        <source>{path}: It is empty.</source>
        <translation>{path}：它是空的。</translation>
    </message>
    <message>
        <source>{path}: It is compressed. Unpack it, then open it again.</source>
        <translation>{path}：它是压缩的。请解压后再打开。</translation>
    </message>
    <message>
        <source>The end is missing. This is what is left of it.</source>
        <translation>缺少结尾。以下是剩下的部分。</translation>
    </message>
    <message>
        <source>The target answers nothing more. Not everything was sent.</source>
        <translation>目标不再应答。没有全部发送。</translation>
    </message>
    <message>
        <source>Fragments of IP packets, which are left out: {count}.</source>
        <translation>IP 数据包的分片，已略去：{count}。</translation>
    </message>
    <message>
        <source>Packets with a link type that Portdeck does not read: {count}.</source>
        <translation>链路类型不被 Portdeck 读取的数据包：{count}。</translation>
    </message>
    <message>
        <source>Packets with headers that are cut or make no sense: {count}.</source>
        <translation>头部不完整或没有意义的数据包：{count}。</translation>
    </message>
    <message>
        <source>Bytes that are missing in the file, because the capture lost them: {count}.</source>
        <translation>抓包时丢失、文件中缺少的字节：{count}。</translation>
    </message>
    <message>
        <source>Packets of more connections than can be shown: {count}.</source>
        <translation>所属连接超出可显示数量的数据包：{count}。</translation>
    </message>
    <message>
        <source>Packets that are neither TCP nor UDP: {count}.</source>
        <translation>既不是 TCP 也不是 UDP 的数据包：{count}。</translation>
    </message>
    <message>
        <source>{path}: There is no such file. Check the path.</source>
        <translation>{path}：没有这样的文件。请检查路径。</translation>
    </message>
    <message>
        <source>{path}: It ends within its header. Capture it again.</source>
        <translation>{path}：在文件头内就结束了。请重新抓包。</translation>
    </message>
    <message>
        <source>{path}: It was changed while it was open.</source>
        <translation>{path}：它在打开期间被更改了。</translation>
    </message>
    <message>
        <source>{path}: {reason}.</source>
        <translation>{path}：{reason}。</translation>
    </message>
    <message>
        <source>{path}: The rest is left out: {reason}.</source>
        <translation>{path}：略去其余部分：{reason}。</translation>
    </message>
    <message>
        <source>Nothing was expected, and nothing came.</source>
        <translation>没有预期的消息，也没有收到消息。</translation>
    </message>
    <message>
        <source>{path} was not written: {reason}.</source>
        <translation>没有写入 {path}：{reason}。</translation>
    </message>
    <message>
        <source>{path} was not written: the traffic cannot be put into this form. Choose another one, or export less of it.</source>
        <translation>没有写入 {path}：流量无法转换为此格式。请选择另一种格式，或少导出一些。</translation>
    </message>
    <message>
        <source>{line}, {size}</source>
        <translation>{line}，{size}</translation>
    </message>
    <message>
        <source>Here is half a character only: type it again.</source>
        <translation>这里只有半个字符：请重新输入。</translation>
    </message>
    <message>
        <source>{path}: It is no recording.</source>
        <translation>{path}：它不是录制文件。</translation>
    </message>
    <message>
        <source>{path}: It was made by a newer Portdeck. Open it with that.</source>
        <translation>{path}：它由更新的 Portdeck 生成。请用那个版本打开。</translation>
    </message>
    <message>
        <source>{path}: It is damaged.</source>
        <translation>{path}：它已损坏。</translation>
    </message>
    <message>
        <source>{path}: The end is missing. This is what is left of it.</source>
        <translation>{path}：缺少结尾。以下是剩下的部分。</translation>
    </message>
    <message>
        <source>{path}: The disk is nearly full. Make room, or record to another one.</source>
        <translation>{path}：磁盘快满了。请腾出空间，或录制到另一个磁盘。</translation>
    </message>
    <message>
        <source>{path}: Another window is recording to it. Choose another name.</source>
        <translation>{path}：另一个窗口正在录制到它。请选择另一个名称。</translation>
    </message>
    <message>
        <source>The disk is full. Make room, or record to another one.</source>
        <translation>磁盘已满。请腾出空间，或录制到另一个磁盘。</translation>
    </message>
    <message>
        <source>It is no recording.</source>
        <translation>它不是录制文件。</translation>
    </message>
    <message>
        <source>It is damaged.</source>
        <translation>它已损坏。</translation>
    </message>
    <message>
        <source>It cannot be opened. Check the path and its permissions.</source>
        <translation>无法打开。请检查路径和权限。</translation>
    </message>
    <message>
        <source>Another program is writing to it. Close that first.</source>
        <translation>另一个程序正在写入它。请先关闭那个程序。</translation>
    </message>
    <message>
        <source>in order</source>
        <translation>按顺序</translation>
    </message>
    <message>
        <source>by match</source>
        <translation>按匹配</translation>
    </message>
    <message>
        <source>{count} conversations have another number of messages. They were not compared.</source>
        <translation>{count} 个会话的消息数量不同，没有参与比较。</translation>
    </message>
    <message>
        <source>Only the first {most_rules} rules are kept.</source>
        <translation>只保留前 {most_rules} 条规则。</translation>
    </message>
    <message>
        <source>{torn} messages are not whole. Check the rules that are made of them.</source>
        <translation>{torn} 条消息不完整。请检查据此创建的规则。</translation>
    </message>
    <message>
        <source>The server spoke first. Over UDP there is no greeting, so that is left out.</source>
        <translation>服务器先发送了内容。UDP 没有问候，因此略去。</translation>
    </message>
    <message>
        <source>{joined} messages were answered by several datagrams. A rule sends them as one.</source>
        <translation>{joined} 条消息由多个数据报应答。规则会把它们作为一个发送。</translation>
    </message>
    <message>
        <source>There is no conversation to make rules of.</source>
        <translation>没有可用来创建规则的会话。</translation>
    </message>
    <message>
        <source>Type sizes in bytes, such as 100-2000, 100- or -64.</source>
        <translation>请输入字节大小，如 100-2000、100- 或 -64。</translation>
    </message>
    <message>
        <source>The first size must not be larger than the second.</source>
        <translation>第一个大小不能大于第二个。</translation>
    </message>
    <message>
        <source>{callbacks} of {kind} is an async function. Twisted calls it and does not run it. Make it an ordinary one, and call defer.ensureDeferred(…) in it with the coroutine.</source>
        <translation>{kind} 的 {callbacks} 是 async 函数。Twisted 会调用它，但不会运行它。请改为普通函数，并在其中用 defer.ensureDeferred(…) 运行协程。</translation>
    </message>
    <message>
        <source>{words}. The log has the traceback.</source>
        <translation>{words}。日志中有回溯信息。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). Check its rights.</source>
        <translation>无法读取 {path}（{reason}）。请检查其权限。</translation>
    </message>
    <message>
        <source>%s: the protocol&apos;s own code failed.
%s</source>
        <translation>%s：协议自己的代码失败了。\n%s</translation>
    </message>
    <message>
        <source>{doing}: {cause}</source>
        <translation>{doing}：{cause}</translation>
    </message>
    <message>
        <source>{name}, line {line}</source>
        <translation>{name} 第 {line} 行</translation>
    </message>
    <message>
        <source>{mistake}. Correct the line and try again.</source>
        <translation>{mistake}。请改正该行后再试。</translation>
    </message>
    <message>
        <source>there is no module called {missing}. Install it where Portdeck is, or put it beside the file.</source>
        <translation>没有名为 {missing} 的模块。请安装到 Portdeck 所在之处，或放到文件旁边。</translation>
    </message>
    <message>
        <source>it ends the program. Put what only a script does under: {main_guard}.</source>
        <translation>它会结束程序。请把只供脚本使用的代码放在 {main_guard} 之下。</translation>
    </message>
    <message>
        <source>it listens on port {port} a second time. Take out one of the two calls.</source>
        <translation>它第二次在端口 {port} 上监听。请去掉两个调用之一。</translation>
    </message>
    <message>
        <source>Portdeck runs the reactor already. Put such lines under: {main_guard}.</source>
        <translation>Portdeck 已在运行反应器。请把这样的行放在 {main_guard} 之下。</translation>
    </message>
    <message>
        <source>{path} is a folder. Name a Python file in it.</source>
        <translation>{path} 是文件夹。请指定其中的 Python 文件。</translation>
    </message>
    <message>
        <source>{path} is no ordinary file. Name a Python file.</source>
        <translation>{path} 不是普通文件。请指定 Python 文件。</translation>
    </message>
    <message>
        <source>{name} is larger than {largest_size} KiB, which no code is. Name a smaller Python file.</source>
        <translation>{name} 大于 {largest_size} KiB，不会是代码。请指定更小的 Python 文件。</translation>
    </message>
    <message>
        <source>{name} is no text. Name a Python file.</source>
        <translation>{name} 不是文本。请指定 Python 文件。</translation>
    </message>
    <message>
        <source>{name}, line {line}: this is not UTF-8. Save the file as UTF-8.</source>
        <translation>{name} 第 {line} 行：这不是 UTF-8。请把文件存为 UTF-8。</translation>
    </message>
    <message>
        <source>{name} is no protocol ({kind}). Name a Protocol, a Factory, or a function that returns a protocol.</source>
        <translation>{name} 不是协议（{kind}）。请指定 Protocol、Factory，或返回协议的函数。</translation>
    </message>
    <message>
        <source>{name} is a class, but no protocol of Twisted&apos;s. Derive it from twisted.internet.protocol.Protocol.</source>
        <translation>{name} 是类，但不是 Twisted 的协议。请从 twisted.internet.protocol.Protocol 派生。</translation>
    </message>
    <message>
        <source>{name} is one protocol; every connection needs its own. Name its class.</source>
        <translation>{name} 是一个协议；每个连接需要自己的协议。请指定它的类。</translation>
    </message>
    <message>
        <source>{name} needs arguments ({known}). {advice}</source>
        <translation>{name} 需要参数（{known}）。{advice}</translation>
    </message>
    <message>
        <source>{name} is an async function. Make it an ordinary one.</source>
        <translation>{name} 是 async 函数。请改为普通函数。</translation>
    </message>
    <message>
        <source>{name} does not say which protocol it makes. Write protocol = … in it, with the class of the protocol.</source>
        <translation>{name} 没有说明它创建哪个协议。请在其中写 protocol = …，指定协议的类。</translation>
    </message>
    <message>
        <source>{name} returns no protocol for UDP ({kind}). Let it return a DatagramProtocol.</source>
        <translation>{name} 没有返回 UDP 的协议（{kind}）。请让它返回 DatagramProtocol。</translation>
    </message>
    <message>
        <source>The factory was not stopped in order. %s</source>
        <translation>工厂没有正常停止。%s</translation>
    </message>
    <message>
        <source>Name the factory that makes it.</source>
        <translation>请指定创建它的工厂。</translation>
    </message>
    <message>
        <source>Name one that is made: {name}(…).</source>
        <translation>请指定已创建的：{name}(…)。</translation>
    </message>
    <message>
        <source>making {name}</source>
        <translation>创建 {name}</translation>
    </message>
    <message>
        <source>{name} is for UDP. Give it an endpoint such as udp:8100, or choose a Protocol.</source>
        <translation>{name} 用于 UDP。请给它 udp:8100 这样的端点，或选择 Protocol。</translation>
    </message>
    <message>
        <source>{name} is</source>
        <translation>{name} 是</translation>
    </message>
    <message>
        <source>The protocol was not stopped in order. %s</source>
        <translation>协议没有正常停止。%s</translation>
    </message>
    <message>
        <source>Let it take none.</source>
        <translation>请让它不需要参数。</translation>
    </message>
    <message>
        <source>{name} is no protocol of Twisted&apos;s for UDP. Derive it from twisted.internet.protocol.DatagramProtocol.</source>
        <translation>{name} 不是 Twisted 的 UDP 协议。请从 twisted.internet.protocol.DatagramProtocol 派生。</translation>
    </message>
    <message>
        <source>{name} needs connections, which UDP does not have. Choose a DatagramProtocol, or an endpoint such as tcp:8100.</source>
        <translation>{name} 需要连接，而 UDP 没有连接。请选择 DatagramProtocol，或 tcp:8100 这样的端点。</translation>
    </message>
    <message>
        <source>{protocol} uses {uses} of its factory. Choose {factory}, which this file makes for it in line {line}.</source>
        <translation>{protocol} 使用其工厂的 {uses}。请选择 {factory}，此文件在第 {line} 行为它创建。</translation>
    </message>
    <message>
        <source>{name} is no function ({kind}). Name a function that takes a message and a context.</source>
        <translation>{name} 不是函数（{kind}）。请指定接受一条消息和一个上下文的函数。</translation>
    </message>
    <message>
        <source>protocol</source>
        <translation>协议</translation>
    </message>
    <message>
        <source>factory</source>
        <translation>工厂</translation>
    </message>
    <message>
        <source>factory object</source>
        <translation>工厂对象</translation>
    </message>
    <message>
        <source>function that returns a protocol</source>
        <translation>返回协议的函数</translation>
    </message>
    <message>
        <source>datagram protocol</source>
        <translation>数据报协议</translation>
    </message>
    <message>
        <source>services</source>
        <translation>服务</translation>
    </message>
    <message>
        <source>{path} is no Python file. Choose one that ends in .py.</source>
        <translation>{path} 不是 Python 文件。请选择以 .py 结尾的文件。</translation>
    </message>
    <message>
        <source>{where} has no {name}. {advice}</source>
        <translation>{where} 中没有 {name}。{advice}</translation>
    </message>
    <message>
        <source>{name}, line {line}: Portdeck runs the reactor already. Put what only a script does under: {main_guard}.</source>
        <translation>{name} 第 {line} 行：Portdeck 已在运行反应器。请把只供脚本使用的代码放在 {main_guard} 之下。</translation>
    </message>
    <message>
        <source>Write a class there that is a Protocol or a Factory of Twisted&apos;s.</source>
        <translation>请在那里写一个 Twisted 的 Protocol 或 Factory 类。</translation>
    </message>
    <message>
        <source>calling {name}</source>
        <translation>调用 {name}</translation>
    </message>
    <message>
        <source>{name} returns</source>
        <translation>{name} 返回</translation>
    </message>
    <message>
        <source>{who} no protocol and no factory ({kind}). Return a Protocol, or a Factory that makes one.</source>
        <translation>{who}的不是协议，也不是工厂（{kind}）。请返回 Protocol，或创建它的 Factory。</translation>
    </message>
    <message>
        <source>{who} the class {kind}. Write {kind}().</source>
        <translation>{who}类 {kind}。请写 {kind}()。</translation>
    </message>
    <message>
        <source>{who} {count} objects, and one endpoint can serve with one alone. If they are services, write endpoint = &quot;program&quot;: they listen where they say.</source>
        <translation>{who} {count} 个对象，而一个端点只能用一个来服务。如果它们是服务，请写 endpoint = &quot;program&quot;：它们会自己决定在哪里监听。</translation>
    </message>
    <message>
        <source>{who} a service that listens by itself ({kind}). Write endpoint = &quot;program&quot;: it listens where it says.</source>
        <translation>{who}自己监听的服务（{kind}）。请写 endpoint = &quot;program&quot;：它会自己决定在哪里监听。</translation>
    </message>
    <message>
        <source>{who} no service ({kind}), and has no address of its own. Give the listener an endpoint such as tcp:8007, or use a service such as internet.TCPServer(8007, factory).</source>
        <translation>{who}的不是服务（{kind}），没有自己的地址。请给监听器一个端点，如 tcp:8007，或使用服务，如 internet.TCPServer(8007, factory)。</translation>
    </message>
    <message>
        <source>{name} needs arguments ({needed}). Let it take none, or any of: {takes}.</source>
        <translation>{name} 需要参数（{needed}）。请让它不需要参数，或只需要其中的：{takes}。</translation>
    </message>
    <message>
        <source>the function must return a protocol, not {protocol!r}</source>
        <translation>函数必须返回协议，而不是 {protocol!r}</translation>
    </message>
    <message>
        <source>The socket that {title} was given for this place was closed when the place stopped. Stop {title} as a whole, and start it again.</source>
        <translation>交给 {title} 用于此位置的套接字在该位置停止时已关闭。请把 {title} 整个停止，然后重新启动。</translation>
    </message>
    <message>
        <source>{title} listens nowhere. Let it call reactor.listenTCP, or name one protocol of it, as in {text}:Echo.</source>
        <translation>{title} 没有在任何地方监听。请让它调用 reactor.listenTCP，或指定其中一个协议，如 {text}:Echo。</translation>
    </message>
    <message>
        <source>{text} listens nowhere. Let it be or return services that do, such as internet.TCPServer(8007, factory).</source>
        <translation>{text} 没有在任何地方监听。请让它是或返回会监听的服务，如 internet.TCPServer(8007, factory)。</translation>
    </message>
    <message>
        <source>The application of {title} listens nowhere. Give it a service that does, such as internet.TCPServer(8007, factory).</source>
        <translation>{title} 的 application 没有在任何地方监听。请给它一个监听的服务，如 internet.TCPServer(8007, factory)。</translation>
    </message>
    <message>
        <source>{title} ended itself{said} before it called reactor.run().</source>
        <translation>{title} 在调用 reactor.run() 之前自行结束{said}。</translation>
    </message>
    <message>
        <source>{title} makes no application. Write: application = service.Application(&quot;name&quot;).</source>
        <translation>{title} 没有创建 application。请写：application = service.Application(&quot;name&quot;)。</translation>
    </message>
    <message>
        <source>application in {title} is no service ({kind}). Write: application = service.Application(&quot;name&quot;).</source>
        <translation>{title} 中的 application 不是服务（{kind}）。请写：application = service.Application(&quot;name&quot;)。</translation>
    </message>
    <message>
        <source>{path} is a folder. Write it with a / at its end.</source>
        <translation>{path} 是文件夹。请在末尾写上 /。</translation>
    </message>
    <message>
        <source>There is no {main}. Name the file that starts the program, or write one.</source>
        <translation>没有 {main}。请指定启动程序的文件，或写一个。</translation>
    </message>
    <message>
        <source>{title} stopped the reactor before it served anybody.</source>
        <translation>{title} 在为任何人服务之前就停止了反应器。</translation>
    </message>
    <message>
        <source>{title} listens on {endpoint} with {what}, which has no {wanted}. Give it an object that is made, such as Factory.forProtocol(…).</source>
        <translation>{title} 在 {endpoint} 上用 {what} 监听，而它没有 {wanted}。请给它一个已创建的对象，如 Factory.forProtocol(…)。</translation>
    </message>
    <message>
        <source>{title} listens in more than {most_places} places</source>
        <translation>{title} 监听的位置超过 {most_places} 个</translation>
    </message>
    <message>
        <source>{title} installs a reactor of its own. Portdeck runs one already: take out the line that installs another.</source>
        <translation>{title} 安装了自己的反应器。Portdeck 已在运行一个：请去掉安装另一个的那一行。</translation>
    </message>
    <message>
        <source>{title} calls reactor.{name} in a thread of its own, which Twisted does not allow. Write reactor.callFromThread(reactor.{name}, …).</source>
        <translation>{title} 在自己的线程中调用 reactor.{name}，Twisted 不允许这样。请写 reactor.callFromThread(reactor.{name}, …)。</translation>
    </message>
    <message>
        <source>the socket does not listen; call its listen() first</source>
        <translation>该套接字没有监听；请先调用它的 listen()</translation>
    </message>
    <message>
        <source>{title} listens with a socket of its own ({reader!r}). Portdeck cannot show it; use reactor.listenTCP or an endpoint.</source>
        <translation>{title} 用自己的套接字监听（{reader!r}）。Portdeck 无法显示它；请用 reactor.listenTCP 或端点。</translation>
    </message>
    <message>
        <source>{title} runs the reactor in a thread. Portdeck runs it already, in the main one: what else the program does there must not wait.</source>
        <translation>{title} 在线程中运行反应器。Portdeck 已在主线程中运行它：程序在主线程中做的其他事情不能等待。</translation>
    </message>
    <message>
        <source>{title} calls reactor.run() twice. The second call does nothing.</source>
        <translation>{title} 调用了两次 reactor.run()。第二次不起作用。</translation>
    </message>
    <message>
        <source>{text} must be one line of visible characters.</source>
        <translation>{text} 必须是一行可见字符。</translation>
    </message>
    <message>
        <source>{text} names no program. Write it as python:server.py, python:app.tac or twist:web.</source>
        <translation>{text} 没有指定程序。请写成 python:server.py、python:app.tac 或 twist:web。</translation>
    </message>
    <message>
        <source>{text} has a quotation mark without its partner. Close it.</source>
        <translation>{text} 的引号没有成对。请补上。</translation>
    </message>
    <message>
        <source>{text} names no plugin. Write it as twist:web --path .</source>
        <translation>{text} 没有指定插件。请写成 twist:web --path .</translation>
    </message>
    <message>
        <source>%s has stopped, but its threads go on: %s. They end when Portdeck does.</source>
        <translation>%s 已停止，但它的线程仍在运行：%s。它们会在 Portdeck 结束时结束。</translation>
    </message>
    <message>
        <source>The plugin {name} cannot be loaded: {why}. Install what it needs.</source>
        <translation>无法加载插件 {name}：{why}。请安装它需要的东西。</translation>
    </message>
    <message>
        <source>There is no plugin {name} of twist. Choose one of: {there}; or install the package that has it.</source>
        <translation>twist 没有插件 {name}。请选择其中之一：{there}；或安装含有它的软件包。</translation>
    </message>
    <message>
        <source>A plugin of twist cannot be used. {said} {error}</source>
        <translation>twist 的一个插件无法使用。{said} {error}</translation>
    </message>
    <message>
        <source>twist {name} does not take these arguments: {error}. Correct them.</source>
        <translation>twist {name} 不接受这些参数：{error}。请改正。</translation>
    </message>
    <message>
        <source>twist {name} only shows help with these arguments. Take out --help and --version.</source>
        <translation>用这些参数 twist {name} 只显示帮助。请去掉 --help 和 --version。</translation>
    </message>
    <message>
        <source>{source} is neither a Python file nor a module. Write a path that ends in .py, or a name such as package.module.</source>
        <translation>{source} 既不是 Python 文件也不是模块。请写以 .py 结尾的路径，或 package.module 这样的名称。</translation>
    </message>
    <message>
        <source>{text} names no Python code. Write it as {example}.</source>
        <translation>{text} 没有指定 Python 代码。请写成 {example}。</translation>
    </message>
    <message>
        <source>{text} does not say what to take from there. Write the name of a class after one more colon, as in {example}.</source>
        <translation>{text} 没有说明要取其中的什么。请在再一个冒号后写类名，如 {example}。</translation>
    </message>
    <message>
        <source>{name} is no Python name. Write that of a class, a factory or a function, as in {example}.</source>
        <translation>{name} 不是 Python 名称。请写类、工厂或函数的名称，如 {example}。</translation>
    </message>
    <message>
        <source>{path} exists already. Choose another name.</source>
        <translation>{path} 已经存在。请选择另一个名称。</translation>
    </message>
    <message>
        <source>{path} cannot be written ({reason}). Choose another folder.</source>
        <translation>无法写入 {path}（{reason}）。请选择另一个文件夹。</translation>
    </message>
    <message>
        <source>Python cannot read it</source>
        <translation>Python 无法读取它</translation>
    </message>
</context>
<context>
    <name>ExportBar</name>
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
    <name>ExportMenu</name>
    <message>
        <source>Export all…</source>
        <translation>导出全部…</translation>
    </message>
    <message>
        <source>Export what is shown…</source>
        <translation>导出所显示的…</translation>
    </message>
    <message>
        <source>Export the selected…</source>
        <translation>导出所选的…</translation>
    </message>
    <message>
        <source>Wait until the export under way is written, or cancel it.</source>
        <translation>请等待正在进行的导出写完，或者取消它。</translation>
    </message>
</context>
<context>
    <name>FaultActions</name>
    <message>
        <source>No fault is on.</source>
        <translation>没有启用的故障。</translation>
    </message>
    <message>
        <source>All faults are off. Not disturbed any more: {0}.</source>
        <translation>所有故障均已关闭，不再受干扰：{0}。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>{0} more listeners</source>
        <translation>另外 {0} 个监听器</translation>
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
        <source>Faults disturb these on purpose. Click to change that.</source>
        <translation>这些对象正受到有意的干扰。点击可更改。</translation>
    </message>
    <message>
        <source>Faults of {0}: {1}…</source>
        <translation>{0} 的故障：{1}…</translation>
    </message>
    <message>
        <source>Clear all faults</source>
        <translation>清除所有故障</translation>
    </message>
    <message>
        <source>{0} Faults: {1}</source>
        <translation>{0} 故障：{1}</translation>
    </message>
</context>
<context>
    <name>FaultBadge</name>
    <message>
        <source>Faults: {0}</source>
        <translation>故障：{0}</translation>
    </message>
</context>
<context>
    <name>FaultRow</name>
    <message>
        <source>Act earlier</source>
        <translation>更早起作用</translation>
    </message>
    <message>
        <source>Act later</source>
        <translation>更晚起作用</translation>
    </message>
    <message>
        <source>Remove this fault</source>
        <translation>删除此故障</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Chance</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>until it is off</source>
        <translation>直到关闭</translation>
    </message>
</context>
<context>
    <name>Faults</name>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Bandwidth</source>
        <translation>带宽</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>分片</translation>
    </message>
    <message>
        <source>Stall</source>
        <translation>停顿</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Close after</source>
        <translation>定时关闭</translation>
    </message>
    <message>
        <source>Reset after</source>
        <translation>定时重置</translation>
    </message>
    <message>
        <source>Slow close</source>
        <translation>缓慢关闭</translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation>停止读取</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>Corrupt</source>
        <translation>损坏</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>Reorder</source>
        <translation>乱序</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>Delay of accept</source>
        <translation>延迟接受</translation>
    </message>
    <message>
        <source>TLS problem</source>
        <translation>TLS 问题</translation>
    </message>
    <message>
        <source>Bytes arrive later.</source>
        <translation>字节较晚到达。</translation>
    </message>
    <message>
        <source>No more than so many bytes pass in a second.</source>
        <translation>每秒最多通过这么多字节。</translation>
    </message>
    <message>
        <source>Bytes arrive in small pieces, one after the other.</source>
        <translation>字节分成小块依次到达。</translation>
    </message>
    <message>
        <source>Nothing passes for so long, or until the fault is off.</source>
        <translation>在这段时间内或关闭故障之前，什么都不通过。</translation>
    </message>
    <message>
        <source>The connection ends after so many bytes.</source>
        <translation>达到这么多字节后连接结束。</translation>
    </message>
    <message>
        <source>The connection is closed after a time.</source>
        <translation>一段时间后关闭连接。</translation>
    </message>
    <message>
        <source>The connection is reset after a time.</source>
        <translation>一段时间后重置连接。</translation>
    </message>
    <message>
        <source>The end of the connection arrives later.</source>
        <translation>连接的结束较晚到达。</translation>
    </message>
    <message>
        <source>Nothing is read from the client, so its window fills up.</source>
        <translation>不读取客户端的数据，使其窗口填满。</translation>
    </message>
    <message>
        <source>Datagrams are lost.</source>
        <translation>数据报丢失。</translation>
    </message>
    <message>
        <source>Bits are flipped.</source>
        <translation>比特被翻转。</translation>
    </message>
    <message>
        <source>Datagrams arrive twice.</source>
        <translation>数据报到达两次。</translation>
    </message>
    <message>
        <source>Datagrams arrive after later ones.</source>
        <translation>数据报晚于后发的数据报到达。</translation>
    </message>
    <message>
        <source>New connections are reset at once.</source>
        <translation>新连接立即被重置。</translation>
    </message>
    <message>
        <source>New connections are served later.</source>
        <translation>新连接较晚得到服务。</translation>
    </message>
    <message>
        <source>New clients meet a bad certificate or a broken handshake.</source>
        <translation>新客户端遇到无效证书或中断的握手。</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Jitter</source>
        <translation>抖动</translation>
    </message>
    <message>
        <source>Distribution</source>
        <translation>分布</translation>
    </message>
    <message>
        <source>Bytes a second</source>
        <translation>每秒字节数</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>字节数</translation>
    </message>
    <message>
        <source>Variation</source>
        <translation>变化量</translation>
    </message>
    <message>
        <source>Between two</source>
        <translation>间隔</translation>
    </message>
    <message>
        <source>Then</source>
        <translation>然后</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>比特数</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>both ways</source>
        <translation>双向</translation>
    </message>
    <message>
        <source>from the client</source>
        <translation>来自客户端</translation>
    </message>
    <message>
        <source>to the client</source>
        <translation>发往客户端</translation>
    </message>
    <message>
        <source>between client and listener</source>
        <translation>客户端与监听器之间</translation>
    </message>
    <message>
        <source>between listener and target</source>
        <translation>监听器与目标之间</translation>
    </message>
    <message>
        <source>even</source>
        <translation>均匀</translation>
    </message>
    <message>
        <source>bell curve</source>
        <translation>正态</translation>
    </message>
    <message>
        <source>close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>expired certificate</source>
        <translation>证书已过期</translation>
    </message>
    <message>
        <source>certificate of another name</source>
        <translation>证书名称不符</translation>
    </message>
    <message>
        <source>self-signed certificate</source>
        <translation>自签名证书</translation>
    </message>
    <message>
        <source>unknown CA</source>
        <translation>未知的 CA</translation>
    </message>
    <message>
        <source>stalled handshake</source>
        <translation>握手停滞</translation>
    </message>
    <message>
        <source>handshake broken off</source>
        <translation>握手中断</translation>
    </message>
</context>
<context>
    <name>FaultsEditor</name>
    <message>
        <source>&amp;Add a fault</source>
        <translation>添加故障(&amp;A)</translation>
    </message>
    <message>
        <source>Nothing is disturbed.
Add a fault: it acts at once, on open connections too.</source>
        <translation>没有任何干扰。
添加故障后立即生效，对已打开的连接也有效。</translation>
    </message>
</context>
<context>
    <name>FaultsPanel</name>
    <message>
        <source>As the &amp;listener</source>
        <translation>与监听器相同(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Switch all off</source>
        <translation>全部关闭(&amp;S)</translation>
    </message>
    <message>
        <source>S&amp;eed</source>
        <translation>随机种子(&amp;E)</translation>
    </message>
    <message>
        <source>With the same number, a run repeats. Empty: each start is different.</source>
        <translation>使用相同的数字可重复同样的过程。留空则每次启动都不同。</translation>
    </message>
    <message>
        <source>different at each start</source>
        <translation>每次启动都不同</translation>
    </message>
    <message>
        <source>Let the faults of the listener act on this connection again</source>
        <translation>让监听器的故障重新作用于此连接</translation>
    </message>
    <message>
        <source>Faults of {0}</source>
        <translation>{0} 的故障</translation>
    </message>
    <message>
        <source>The listener was removed.</source>
        <translation>监听器已被移除。</translation>
    </message>
    <message>
        <source>They act on all connections, from the first one to the last.</source>
        <translation>它们作用于所有连接，按从上到下的顺序。</translation>
    </message>
    <message>
        <source>The connection is closed.</source>
        <translation>连接已关闭。</translation>
    </message>
    <message>
        <source>They act on this connection alone, instead of those of its listener.</source>
        <translation>它们只作用于此连接，代替监听器的故障。</translation>
    </message>
    <message>
        <source>These are the faults of the listener. A change is for this connection alone.</source>
        <translation>这些是监听器的故障。更改只对此连接有效。</translation>
    </message>
</context>
<context>
    <name>FileDrops</name>
    <message>
        <source>Drop to open in a window of its own</source>
        <translation>松开以在单独的窗口中打开</translation>
    </message>
</context>
<context>
    <name>FileEdit</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
</context>
<context>
    <name>FileRow</name>
    <message>
        <source>How much of the file is sent</source>
        <translation>文件已发送多少</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Send no more of the file</source>
        <translation>停止发送文件</translation>
    </message>
    <message>
        <source>{0}: {1} of {2}, {3}</source>
        <translation>{0}：{1} / {2}，{3}</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Filter…</source>
        <translation>筛选…</translation>
    </message>
    <message>
        <source>Text of the data</source>
        <translation>数据中的文本</translation>
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
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Size in bytes</source>
        <translation>大小（字节）</translation>
    </message>
    <message>
        <source>Filters ({0})</source>
        <translation>筛选 ({0})</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter by direction, by source and by size</source>
        <translation>按方向、来源和大小筛选</translation>
    </message>
</context>
<context>
    <name>FirstSteps</name>
    <message>
        <source>Three steps to a first conversation</source>
        <translation>三步完成第一次对话</translation>
    </message>
    <message>
        <source>Take the tour</source>
        <translation>开始导览</translation>
    </message>
    <message>
        <source>Write a server of your own, in three steps</source>
        <translation>分三步写一个自己的服务器</translation>
    </message>
    <message>
        <source>Copy the line for a terminal</source>
        <translation>复制终端命令行</translation>
    </message>
    <message>
        <source>Close the three steps</source>
        <translation>关闭三步引导</translation>
    </message>
    <message>
        <source>Start {0}</source>
        <translation>启动 {0}</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Send {0}</source>
        <translation>发送 {0}</translation>
    </message>
    <message>
        <source>{0} answered. You have finished the first steps.</source>
        <translation>{0} 已应答。入门步骤已完成。</translation>
    </message>
    <message>
        <source>Or in a terminal:</source>
        <translation>或在终端中：</translation>
    </message>
</context>
<context>
    <name>FormChoice</name>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>十六进制</translation>
    </message>
    <message>
        <source>Show the content as</source>
        <translation>内容的显示方式</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
</context>
<context>
    <name>FramingChoice</name>
    <message>
        <source>&amp;Told apart by</source>
        <translation>划分方式(&amp;T)</translation>
    </message>
    <message>
        <source>Off, all that one side sends until the other side speaks is one message</source>
        <translation>不勾选时，一方在另一方发送之前所发送的全部内容为一条消息</translation>
    </message>
</context>
<context>
    <name>FramingForm</name>
    <message>
        <source>counts itself</source>
        <translation>包含自身</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Delimiter</source>
        <translation>分隔符</translation>
    </message>
    <message>
        <source>Fixed length</source>
        <translation>固定长度</translation>
    </message>
    <message>
        <source>Length prefix</source>
        <translation>长度前缀</translation>
    </message>
    <message>
        <source>Netstrings</source>
        <translation>Netstring</translation>
    </message>
    <message>
        <source>HTTP</source>
        <translation>HTTP</translation>
    </message>
    <message>
        <source>WebSocket</source>
        <translation>WebSocket</translation>
    </message>
    <message>
        <source>Datagrams</source>
        <translation>数据报</translation>
    </message>
    <message>
        <source>Each read</source>
        <translation>每次读取</translation>
    </message>
    <message>
        <source>How messages are told apart</source>
        <translation>如何区分消息</translation>
    </message>
    <message>
        <source>Delimiter, with escapes</source>
        <translation>分隔符，可用转义</translation>
    </message>
    <message>
        <source>What ends a message: \r \n \t \0 \xff are understood</source>
        <translation>消息以什么结束：可用 \r \n \t \0 \xff</translation>
    </message>
    <message>
        <source> bytes</source>
        <translation> 字节</translation>
    </message>
    <message>
        <source>Length of each message</source>
        <translation>每条消息的长度</translation>
    </message>
    <message>
        <source>1 byte</source>
        <translation>1 字节</translation>
    </message>
    <message>
        <source>2 bytes, big end first</source>
        <translation>2 字节，大端</translation>
    </message>
    <message>
        <source>2 bytes, little end first</source>
        <translation>2 字节，小端</translation>
    </message>
    <message>
        <source>4 bytes, big end first</source>
        <translation>4 字节，大端</translation>
    </message>
    <message>
        <source>4 bytes, little end first</source>
        <translation>4 字节，小端</translation>
    </message>
    <message>
        <source>Bytes of the length</source>
        <translation>长度字段的字节数</translation>
    </message>
    <message>
        <source>The length has its own bytes in it</source>
        <translation>长度包含长度字段自身</translation>
    </message>
    <message>
        <source>Delimiter: {0}</source>
        <translation>分隔符：{0}</translation>
    </message>
    <message>
        <source>Type what ends a message, such as \n.</source>
        <translation>请输入消息的结束符，例如 \n。</translation>
    </message>
    <message>
        <source>At most {0} bytes can be looked for.</source>
        <translation>最多可查找 {0} 字节。</translation>
    </message>
</context>
<context>
    <name>GroupHeader</name>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>Stop the group {0}</source>
        <translation>停止组 {0}</translation>
    </message>
    <message>
        <source>Start the group {0}</source>
        <translation>启动组 {0}</translation>
    </message>
    <message>
        <source>Group {0}: {1} listening</source>
        <translation>组 {0}：{1} 在监听</translation>
    </message>
    <message>
        <source>Fold the group</source>
        <translation>折叠此组</translation>
    </message>
    <message>
        <source>Show the group</source>
        <translation>展开此组</translation>
    </message>
</context>
<context>
    <name>GuideView</name>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>GuideWindow</name>
    <message>
        <source>Guide</source>
        <translation>指南</translation>
    </message>
    <message>
        <source>Search the guide</source>
        <translation>搜索指南</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>The guide does not have this.</source>
        <translation>指南中没有此内容。</translation>
    </message>
</context>
<context>
    <name>HeldModel</name>
    <message>
        <source>Waits</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>← from the client</source>
        <translation>← 来自客户端</translation>
    </message>
    <message>
        <source>→ to the client</source>
        <translation>→ 发往客户端</translation>
    </message>
    <message>
        <source>It goes on as soon as those before it have gone.</source>
        <translation>前面的消息放行后，它随即继续。</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
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
        <translation>没有发送过类似的内容。</translation>
    </message>
    <message>
        <source>Nothing was sent yet. What you send will be found here.</source>
        <translation>还没有发送过内容。您发送的内容会出现在这里。</translation>
    </message>
    <message>
        <source>Search in what was sent…</source>
        <translation>在已发送内容中搜索…</translation>
    </message>
    <message>
        <source>Search in what was sent</source>
        <translation>在已发送内容中搜索</translation>
    </message>
    <message>
        <source>What was sent</source>
        <translation>已发送内容</translation>
    </message>
</context>
<context>
    <name>HoldPanel</name>
    <message>
        <source>&amp;Release</source>
        <translation>放行(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Drop</source>
        <translation>丢弃(&amp;D)</translation>
    </message>
    <message>
        <source>Release &amp;all</source>
        <translation>全部放行(&amp;A)</translation>
    </message>
    <message>
        <source>Held messages of {0}</source>
        <translation>{0} 拦截的消息</translation>
    </message>
    <message>
        <source>Hold messages</source>
        <translation>拦截消息</translation>
    </message>
    <message>
        <source>both ways</source>
        <translation>双向</translation>
    </message>
    <message>
        <source>from the client</source>
        <translation>来自客户端</translation>
    </message>
    <message>
        <source>to the client</source>
        <translation>发往客户端</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>every message</source>
        <translation>每条消息</translation>
    </message>
    <message>
        <source>messages that contain</source>
        <translation>包含以下内容的消息</translation>
    </message>
    <message>
        <source>messages that match</source>
        <translation>匹配以下表达式的消息</translation>
    </message>
    <message>
        <source>Which messages</source>
        <translation>哪些消息</translation>
    </message>
    <message>
        <source>What they contain, or the expression</source>
        <translation>所含内容或表达式</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Held for at most</source>
        <translation>最长拦截时间</translation>
    </message>
    <message>
        <source>Messages at most</source>
        <translation>最多消息数</translation>
    </message>
    <message>
        <source>Held messages</source>
        <translation>被拦截的消息</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>拦截</translation>
    </message>
    <message>
        <source>or until there are more than</source>
        <translation>或直到消息数超过</translation>
    </message>
    <message>
        <source>For at most</source>
        <translation>最长</translation>
    </message>
    <message>
        <source>as in the profile, in hex</source>
        <translation>与配置文件中相同（十六进制）</translation>
    </message>
    <message>
        <source>The listener is off.</source>
        <translation>监听器已关闭。</translation>
    </message>
    <message>
        <source>Nothing is held. Switch it on above.</source>
        <translation>没有拦截。请在上方开启。</translation>
    </message>
    <message>
        <source>Nothing is held now. A message that passes from now on is.</source>
        <translation>现在没有拦截任何消息。从现在起经过的消息会被拦截。</translation>
    </message>
</context>
<context>
    <name>IdentityForm</name>
    <message>
        <source>Reload it &amp;when the file changes</source>
        <translation>文件变化时重新加载(&amp;W)</translation>
    </message>
    <message>
        <source>New connections run the new code; those that are there keep the old</source>
        <translation>新连接运行新代码；已有的连接保持旧代码</translation>
    </message>
    <message>
        <source>Your own code</source>
        <translation>您自己的代码</translation>
    </message>
    <message>
        <source>A whole Twisted program</source>
        <translation>完整的 Twisted 程序</translation>
    </message>
    <message>
        <source>A plugin of twist</source>
        <translation>twist 插件</translation>
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
        <source>Runs as by python or twistd, inside Portdeck, with all that you may do.</source>
        <translation>与 python 或 twistd 运行它时一样，但在 Portdeck 内运行，并拥有您的全部权限。</translation>
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
        <translation>在已发送内容中搜索 (Ctrl+R)</translation>
    </message>
    <message>
        <source>Search in what was sent</source>
        <translation>在已发送内容中搜索</translation>
    </message>
    <message>
        <source>Which key sends, clear the history</source>
        <translation>用哪个键发送、清除历史记录</translation>
    </message>
    <message>
        <source>More about the input</source>
        <translation>更多输入选项</translation>
    </message>
    <message>
        <source>Kept as typed. {0}</source>
        <translation>保持原样。{0}</translation>
    </message>
    <message>
        <source>Kept as typed: it would be too long.</source>
        <translation>保持原样：转换后会太长。</translation>
    </message>
    <message>
        <source>What was sent before is forgotten.</source>
        <translation>已清除以前发送的内容。</translation>
    </message>
    <message>
        <source>Not pasted. {0}</source>
        <translation>没有粘贴。{0}</translation>
    </message>
    <message>
        <source>Lines end in CRLF, as in what was pasted.</source>
        <translation>行以 CRLF 结束，与粘贴的内容一致。</translation>
    </message>
    <message>
        <source>What was pasted is no text, so it is in hex.</source>
        <translation>粘贴的不是文本，因此以十六进制表示。</translation>
    </message>
    <message>
        <source>What was pasted is no text, so it has escapes.</source>
        <translation>粘贴的不是文本，因此使用转义。</translation>
    </message>
</context>
<context>
    <name>InputMenu</name>
    <message>
        <source>Enter begins a new line, Ctrl+Enter sends</source>
        <translation>Enter 换行，Ctrl+Enter 发送</translation>
    </message>
    <message>
        <source>Clear the history…</source>
        <translation>清除历史…</translation>
    </message>
    <message>
        <source>Clear the history</source>
        <translation>清除历史</translation>
    </message>
    <message>
        <source>Forget all that was sent ({0}), in every tab?</source>
        <translation>清除所有标签页中发送过的全部内容（{0}）吗？</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
</context>
<context>
    <name>InterfaceChoice</name>
    <message>
        <source>This computer only</source>
        <translation>仅本机</translation>
    </message>
    <message>
        <source>This computer only, IPv6</source>
        <translation>仅本机，IPv6</translation>
    </message>
    <message>
        <source>This computer only, IPv4 and IPv6</source>
        <translation>仅本机，IPv4 和 IPv6</translation>
    </message>
    <message>
        <source>Everybody who reaches this computer</source>
        <translation>所有能访问本机的人</translation>
    </message>
    <message>
        <source>Everybody, IPv4 and IPv6</source>
        <translation>所有人，IPv4 和 IPv6</translation>
    </message>
    <message>
        <source>Everybody, IPv6</source>
        <translation>所有人，IPv6</translation>
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
    <name>LanguageChange</name>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The window opens again in the other language. That ends: {0}. Listeners and their connections go on.</source>
        <translation>窗口会以另一种语言重新打开。这会结束：{0}。监听器及其连接继续运行。</translation>
    </message>
    <message>
        <source>Open it again now</source>
        <translation>立即重新打开</translation>
    </message>
    <message>
        <source>At the next start</source>
        <translation>下次启动时</translation>
    </message>
    <message>
        <source>1 session of the console</source>
        <translation>1 个控制台会话</translation>
    </message>
    <message>
        <source>{0} sessions of the console</source>
        <translation>{0} 个控制台会话</translation>
    </message>
    <message>
        <source>the recording</source>
        <translation>录制</translation>
    </message>
</context>
<context>
    <name>LanguagePage</name>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>The window opens again in the chosen language. Listeners and their connections go on meanwhile; sessions of the console end.</source>
        <translation>窗口会以所选语言重新打开。其间监听器及其连接继续运行；控制台的会话会结束。</translation>
    </message>
</context>
<context>
    <name>LicencesWindow</name>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Packages</source>
        <translation>软件包</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>not named by the package</source>
        <translation>软件包未注明</translation>
    </message>
    <message>
        <source>{0} {1}: {2}</source>
        <translation>{0} {1}：{2}</translation>
    </message>
    <message>
        <source>The package does not contain the text of its licence.</source>
        <translation>软件包中没有许可证全文。</translation>
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
    <name>List</name>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
<context>
    <name>ListenerActions</name>
    <message>
        <source>{0} was removed.</source>
        <translation>{0} 已移除。</translation>
    </message>
    <message>
        <source>{0} listeners were removed.</source>
        <translation>已移除 {0} 个监听器。</translation>
    </message>
    <message>
        <source>Undo brings back the listeners, not their connections ({0}).</source>
        <translation>撤销会恢复监听器，但不能恢复其连接（{0} 个）。</translation>
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
    <name>ListenerChoice</name>
    <message>
        <source>Listeners</source>
        <translation>监听器</translation>
    </message>
    <message>
        <source>{0}: {1} on {2}</source>
        <translation>{0}：{2} 上的 {1}</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>None</source>
        <translation>全不选</translation>
    </message>
</context>
<context>
    <name>ListenerForm</name>
    <message>
        <source>Limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <source>Save and start</source>
        <translation>保存并启动</translation>
    </message>
    <message>
        <source>Save, restart later</source>
        <translation>保存，稍后重启</translation>
    </message>
    <message>
        <source>New listener</source>
        <translation>新建监听器</translation>
    </message>
    <message>
        <source>Edit {0}</source>
        <translation>编辑 {0}</translation>
    </message>
    <message>
        <source>It goes on as it is until it starts again</source>
        <translation>在再次启动之前保持现状</translation>
    </message>
    <message>
        <source>Save and restart</source>
        <translation>保存并重启</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>where it listens</source>
        <translation>监听地址</translation>
    </message>
    <message>
        <source>what it speaks</source>
        <translation>所用协议</translation>
    </message>
    <message>
        <source>the options of its protocol</source>
        <translation>协议的选项</translation>
    </message>
    <message>
        <source>how it is encrypted</source>
        <translation>加密方式</translation>
    </message>
    <message>
        <source>It runs, and must restart to change {0}; that closes its connections.</source>
        <translation>它正在运行，更改{0}需要重启；这会关闭它的连接。</translation>
    </message>
</context>
<context>
    <name>ListenerRow</name>
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
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>ListenerSpec</name>
    <message>
        <source>Connections at &amp;most</source>
        <translation>最多连接数(&amp;M)</translation>
    </message>
    <message>
        <source>One more is told so, and turned away</source>
        <translation>超出者会被告知并拒绝</translation>
    </message>
    <message>
        <source>Connections from &amp;one address</source>
        <translation>来自同一地址的连接(&amp;O)</translation>
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
        <source>A connection is closed when no data passes in either direction for this long</source>
        <translation>两个方向都没有数据通过达到此时间，连接即被关闭</translation>
    </message>
    <message>
        <source>Limit of &amp;unsent data</source>
        <translation>未发送数据上限(&amp;U)</translation>
    </message>
    <message>
        <source>A peer that does not read is closed when more than this waits for it</source>
        <translation>不读取数据的对端，积压超过此值即被关闭</translation>
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
        <source>after 30 s</source>
        <translation>30 秒后</translation>
    </message>
    <message>
        <source> KiB</source>
        <translation> KiB</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>组</translation>
    </message>
    <message>
        <source>Listeners of the same group stand together in the window, and are started and stopped together</source>
        <translation>同组的监听器在窗口中排在一起，并一起启动和停止</translation>
    </message>
    <message>
        <source>Start it to&amp;gether with Portdeck</source>
        <translation>随 Portdeck 一起启动(&amp;G)</translation>
    </message>
    <message>
        <source>O&amp;bserve in Traffic what crosses it</source>
        <translation>在流量中观察经过它的数据(&amp;B)</translation>
    </message>
    <message>
        <source>Off, its chunks are counted and not kept, from now on and without a restart</source>
        <translation>关闭后，它的数据块只计数不保留，立即生效，无需重启</translation>
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
    <message>
        <source>No listener matches the search.</source>
        <translation>没有符合搜索条件的监听器。</translation>
    </message>
</context>
<context>
    <name>LocalCaActions</name>
    <message>
        <source>Export the CA certificate</source>
        <translation>导出 CA 证书</translation>
    </message>
    <message>
        <source>PEM files (*.pem *.crt)</source>
        <translation>PEM 文件 (*.pem *.crt)</translation>
    </message>
    <message>
        <source>{0} cannot be written ({1}). Choose another place.</source>
        <translation>无法写入 {0}（{1}）。请选择别处。</translation>
    </message>
    <message>
        <source>The CA certificate is in {0}. A program that trusts it also trusts every certificate that Portdeck makes.</source>
        <translation>CA 证书位于 {0}。信任它的程序也信任 Portdeck 签发的所有证书。</translation>
    </message>
</context>
<context>
    <name>LogPage</name>
    <message>
        <source>Everything</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>What happens</source>
        <translation>发生的事情</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>警告和错误</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>It counts for the log pane and for the log file, at once.</source>
        <translation>对日志窗格和日志文件立即生效。</translation>
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
        <source>Wrap lines</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>All levels</source>
        <translation>所有级别</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>警告和错误</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>级别</translation>
    </message>
    <message>
        <source>Search the log</source>
        <translation>搜索日志</translation>
    </message>
    <message>
        <source>Show only what contains this</source>
        <translation>只显示包含此内容的</translation>
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
        <source>Nothing in the log is like this.</source>
        <translation>日志中没有这样的内容。</translation>
    </message>
    <message>
        <source>Log ({0} new)</source>
        <translation>日志（{0} 条新）</translation>
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
        <source>Loading {0}…</source>
        <translation>正在加载 {0} …</translation>
    </message>
</context>
<context>
    <name>MakeListenerDialog</name>
    <message>
        <source>&amp;In the order of the conversation</source>
        <translation>按会话的顺序(&amp;I)</translation>
    </message>
    <message>
        <source>Each time its &amp;message comes</source>
        <translation>每当其消息到来(&amp;M)</translation>
    </message>
    <message>
        <source>Reply after the &amp;recorded delay</source>
        <translation>按记录的延迟应答(&amp;R)</translation>
    </message>
    <message>
        <source>Repeat by itself what the server &amp;sent at an interval</source>
        <translation>自动重复服务器定时发送的内容(&amp;S)</translation>
    </message>
    <message>
        <source>Make the listener</source>
        <translation>创建监听器</translation>
    </message>
    <message>
        <source>A listener of this conversation</source>
        <translation>此会话的监听器</translation>
    </message>
    <message>
        <source>How much of the conversation is read</source>
        <translation>会话的读取进度</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>The new listener plays the server side of {0}.</source>
        <translation>新监听器扮演 {0} 的服务器一方。</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>Listens a&amp;t</source>
        <translation>监听地址(&amp;T)</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>A rule replies</source>
        <translation>规则应答</translation>
    </message>
    <message>
        <source>Bytes that differ from {0} other conversations become &amp;wildcards</source>
        <translation>与另外 {0} 个会话不同的字节成为通配符(&amp;W)</translation>
    </message>
    <message>
        <source>Bytes that differ from another conversation become &amp;wildcards</source>
        <translation>与另一个会话不同的字节成为通配符(&amp;W)</translation>
    </message>
    <message>
        <source>The conversation is too long. Only its beginning is used.</source>
        <translation>会话太长，只使用了开头部分。</translation>
    </message>
    <message>
        <source>The client said nothing, so there is no rule.</source>
        <translation>客户端没有发送内容，因此没有规则。</translation>
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
        <source>Recent profiles</source>
        <translation>最近的配置</translation>
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
        <source>C&amp;onsole</source>
        <translation>控制台(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
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
        <source>Copy as</source>
        <translation>复制为</translation>
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
</context>
<context>
    <name>MessageEdit</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>十六进制</translation>
    </message>
    <message>
        <source>Text or hex</source>
        <translation>文本或十六进制</translation>
    </message>
    <message>
        <source>The message, to be edited</source>
        <translation>可编辑的消息</translation>
    </message>
    <message>
        <source>Too long to edit: this is its beginning.</source>
        <translation>太长，无法编辑：这里是开头部分。</translation>
    </message>
</context>
<context>
    <name>MessageReader</name>
    <message>
        <source>The message before</source>
        <translation>上一条消息</translation>
    </message>
    <message>
        <source>The next message</source>
        <translation>下一条消息</translation>
    </message>
    <message>
        <source>The chosen message</source>
        <translation>所选的消息</translation>
    </message>
    <message>
        <source>Nothing was said yet.</source>
        <translation>还没有任何内容。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>NotationPicker</name>
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
    <name>Notifications</name>
    <message>
        <source>{0}: rule {1} matched</source>
        <translation>{0}：规则 {1} 已匹配</translation>
    </message>
    <message>
        <source>Once.</source>
        <translation>1 次。</translation>
    </message>
    <message>
        <source>{0} times.</source>
        <translation>{0} 次。</translation>
    </message>
    <message>
        <source>{0} failed</source>
        <translation>{0} 失败</translation>
    </message>
    <message>
        <source>{0}: the first client</source>
        <translation>{0}：第一个客户端</translation>
    </message>
    <message>
        <source>{0} is connected.</source>
        <translation>{0} 已连接。</translation>
    </message>
</context>
<context>
    <name>NotificationsPage</name>
    <message>
        <source>A listener fails</source>
        <translation>监听器失败</translation>
    </message>
    <message>
        <source>The first client of a listener connects</source>
        <translation>监听器的第一个客户端连接</translation>
    </message>
    <message>
        <source>A rule matches (at most every half minute for each)</source>
        <translation>有规则匹配（每条规则最多半分钟通知一次）</translation>
    </message>
    <message>
        <source>Only while the window is not in front.</source>
        <translation>仅当窗口不在最前时。</translation>
    </message>
    <message>
        <source>This desktop shows no notifications of programs.</source>
        <translation>此桌面不显示程序的通知。</translation>
    </message>
</context>
<context>
    <name>NumberField</name>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
</context>
<context>
    <name>Offers</name>
    <message>
        <source>Show the log</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>Restart to apply</source>
        <translation>重启以应用</translation>
    </message>
    <message>
        <source>Accept again</source>
        <translation>恢复接受</translation>
    </message>
    <message>
        <source>Close them</source>
        <translation>关闭它们</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Use port {0}</source>
        <translation>使用端口 {0}</translation>
    </message>
    <message>
        <source>Show that listener</source>
        <translation>显示那个监听器</translation>
    </message>
</context>
<context>
    <name>OpenBadge</name>
    <message>
        <source>Other computers on the network can connect.</source>
        <translation>网络上的其他计算机可以连接。</translation>
    </message>
    <message>
        <source>open to others</source>
        <translation>对他人开放</translation>
    </message>
    <message>
        <source>open</source>
        <translation>开放</translation>
    </message>
</context>
<context>
    <name>OptionalLine</name>
    <message>
        <source>the first state</source>
        <translation>初始状态</translation>
    </message>
</context>
<context>
    <name>OptionsDialog</name>
    <message>
        <source>Connection options</source>
        <translation>连接选项</translation>
    </message>
    <message>
        <source>PEM files (*.pem *.crt *.cer *.key);;All files (*)</source>
        <translation>PEM 文件 (*.pem *.crt *.cer *.key);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer *.key *.p12 *.pfx);;All files (*)</source>
        <translation>证书 (*.pem *.crt *.cer *.key *.p12 *.pfx);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Connect &amp;again by itself when the connection ends</source>
        <translation>连接结束时自动重连(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Verify who the peer is</source>
        <translation>验证对端身份(&amp;V)</translation>
    </message>
    <message>
        <source>Choose the authorities to trust</source>
        <translation>选择要信任的证书机构</translation>
    </message>
    <message>
        <source>Authorities</source>
        <translation>证书机构</translation>
    </message>
    <message>
        <source>Choose your certificate</source>
        <translation>选择您的证书</translation>
    </message>
    <message>
        <source>Your certificate</source>
        <translation>您的证书</translation>
    </message>
    <message>
        <source>Choose its key</source>
        <translation>选择密钥</translation>
    </message>
    <message>
        <source>Private key</source>
        <translation>私钥</translation>
    </message>
    <message>
        <source>Choose the certificate that the key is for, or no key.</source>
        <translation>请选择与密钥对应的证书，或不选密钥。</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Seconds to wait for an answer</source>
        <translation>等待应答的秒数</translation>
    </message>
    <message>
        <source>any address of this computer</source>
        <translation>本机的任一地址</translation>
    </message>
    <message>
        <source>Local address</source>
        <translation>本地地址</translation>
    </message>
    <message>
        <source>any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Local port</source>
        <translation>本地端口</translation>
    </message>
    <message>
        <source>those that the system trusts</source>
        <translation>系统所信任的</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>in the same file</source>
        <translation>在同一文件中</translation>
    </message>
    <message>
        <source>the host that is connected to</source>
        <translation>所连接的主机</translation>
    </message>
    <message>
        <source>Name that the peer must prove</source>
        <translation>对端必须证明的名称</translation>
    </message>
    <message>
        <source>Not verified: anybody on the way could answer. For tests alone.</source>
        <translation>未验证：途中任何人都可能应答。仅用于测试。</translation>
    </message>
    <message>
        <source>&amp;Give up after</source>
        <translation>放弃前等待(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;From the address</source>
        <translation>本地地址(&amp;F)</translation>
    </message>
    <message>
        <source>From the &amp;port</source>
        <translation>本地端口(&amp;P)</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>A&amp;uthorities</source>
        <translation>证书机构(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Name in the certificate</source>
        <translation>证书中的名称(&amp;N)</translation>
    </message>
    <message>
        <source>Your &amp;certificate</source>
        <translation>您的证书(&amp;C)</translation>
    </message>
    <message>
        <source>Private &amp;key</source>
        <translation>私钥(&amp;K)</translation>
    </message>
</context>
<context>
    <name>OtherProfiles</name>
    <message>
        <source>New profile</source>
        <translation>新建配置</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开它</translation>
    </message>
    <message>
        <source>Open a profile</source>
        <translation>打开配置</translation>
    </message>
    <message>
        <source>{0} is the profile of this window.</source>
        <translation>{0} 就是此窗口的配置。</translation>
    </message>
    <message>
        <source>{0} is not there any more.</source>
        <translation>{0} 已不存在。</translation>
    </message>
    <message>
        <source>{0} is no profile. It opens as recorded traffic.</source>
        <translation>{0} 不是配置。它作为录制的流量打开。</translation>
    </message>
    <message>
        <source>No window could be opened for {0}. See the log.</source>
        <translation>无法为 {0} 打开窗口。请看日志。</translation>
    </message>
    <message>
        <source>{0} opens in a window of its own.</source>
        <translation>{0} 将在单独的窗口中打开。</translation>
    </message>
    <message>
        <source>{0} (is not there any more)</source>
        <translation>{0}（已不存在）</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>还没有</translation>
    </message>
    <message>
        <source>Forget them</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Profiles (*.toml);;All files (*)</source>
        <translation>配置 (*.toml);;所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>New listener…</source>
        <translation>新建监听器…</translation>
    </message>
    <message>
        <source>All listeners</source>
        <translation>所有监听器</translation>
    </message>
    <message>
        <source>No listener yet.</source>
        <translation>还没有监听器。</translation>
    </message>
</context>
<context>
    <name>PageView</name>
    <message>
        <source>{0} lines</source>
        <translation>{0} 行</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Copy what is shown</source>
        <translation>复制显示的内容</translation>
    </message>
    <message>
        <source>Copy this part</source>
        <translation>复制这一部分</translation>
    </message>
    <message>
        <source>Fold all</source>
        <translation>全部折叠</translation>
    </message>
    <message>
        <source>Unfold all</source>
        <translation>全部展开</translation>
    </message>
    <message>
        <source>Folded: {0}</source>
        <translation>已折叠：{0}</translation>
    </message>
</context>
<context>
    <name>PassphraseDialog</name>
    <message>
        <source>Passphrase</source>
        <translation>密码短语</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>{0} is encrypted. Type its passphrase.</source>
        <translation>{0} 已加密。请输入其密码短语。</translation>
    </message>
    <message>
        <source>Its &amp;passphrase</source>
        <translation>密码短语(&amp;P)</translation>
    </message>
    <message>
        <source>It is used once. Portdeck does not keep it.</source>
        <translation>它只使用一次，Portdeck 不会保存它。</translation>
    </message>
</context>
<context>
    <name>PastedBytes</name>
    <message>
        <source>Let go of them, and type instead</source>
        <translation>放弃它们，改为输入</translation>
    </message>
    <message>
        <source>Let go of what was pasted</source>
        <translation>放弃粘贴的内容</translation>
    </message>
    <message>
        <source>{0}, too long to edit: sent exactly as they are</source>
        <translation>{0}，太长不便编辑：将原样发送</translation>
    </message>
</context>
<context>
    <name>PatternEdit</name>
    <message>
        <source>Match case</source>
        <translation>区分大小写</translation>
    </message>
    <message>
        <source>Read as</source>
        <translation>解读为</translation>
    </message>
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
        <source>{0}: how to read it</source>
        <translation>{0}：解读方式</translation>
    </message>
    <message>
        <source>Read it as text, as a regular expression or as hex; match case</source>
        <translation>按文本、正则表达式或十六进制解读；区分大小写</translation>
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
    <name>PieceEdit</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>十六进制</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Kind of this piece</source>
        <translation>此片段的类型</translation>
    </message>
    <message>
        <source>Piece of the reply</source>
        <translation>应答的片段</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Variables: {1}, {name} of a capture, {counter}, {time}, {uuid}, {length} …</source>
        <translation>变量：{1}、捕获组的 {name}、{counter}、{time}、{uuid}、{length} 等</translation>
    </message>
    <message>
        <source>name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of this piece</source>
        <translation>此片段的名称</translation>
    </message>
    <message>
        <source>By which a checksum or a length names it: {crc16:name}</source>
        <translation>校验和或长度用此名称引用它：{crc16:name}</translation>
    </message>
    <message>
        <source>Remove this piece</source>
        <translation>删除此片段</translation>
    </message>
</context>
<context>
    <name>PlayWindow</name>
    <message>
        <source>With its &amp;timing</source>
        <translation>按原有时间(&amp;T)</translation>
    </message>
    <message>
        <source>At &amp;once</source>
        <translation>立即(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Play</source>
        <translation>重放(&amp;P)</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>记录的</translation>
    </message>
    <message>
        <source>Came now</source>
        <translation>现在收到的</translation>
    </message>
    <message>
        <source>Play the client side of {0}</source>
        <translation>重放 {0} 的客户端</translation>
    </message>
    <message>
        <source>A listener, or host:port, tls:host:port, udp:host:port</source>
        <translation>监听器，或 host:port、tls:host:port、udp:host:port</translation>
    </message>
    <message>
        <source>How much is done</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>To</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>{0} messages of the client to send.</source>
        <translation>有 {0} 条客户端消息待发送。</translation>
    </message>
    <message>
        <source>The conversation is too long. Only its beginning is used.</source>
        <translation>会话太长，只使用了开头部分。</translation>
    </message>
    <message>
        <source>Playing to {0}…</source>
        <translation>正在向 {0} 重放…</translation>
    </message>
    <message>
        <source>Played.</source>
        <translation>重放完毕。</translation>
    </message>
    <message>
        <source>It was not connected.</source>
        <translation>未能连接。</translation>
    </message>
    <message>
        <source>The connection ended before everything was sent.</source>
        <translation>在全部发送之前连接已结束。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
</context>
<context>
    <name>ProfileActions</name>
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
    <message>
        <source>{0} is recorded traffic, not a profile. It stays as it is, so this window saves no listeners. Choose File, Open profile for a window that does.</source>
        <translation>{0} 是录制的流量，不是配置。它保持原样，因此此窗口不保存监听器。要使用能保存的窗口，请选择“文件”菜单中的“打开配置”。</translation>
    </message>
    <message>
        <source>Open the traffic</source>
        <translation>打开流量</translation>
    </message>
</context>
<context>
    <name>ProfileExchange</name>
    <message>
        <source>Import listeners from a profile</source>
        <translation>从配置导入监听器</translation>
    </message>
    <message>
        <source>
… and {0} more</source>
        <translation type="unfinished">
……还有 {0} 个</translation>
    </message>
    <message>
        <source>There is no listener to import in {0}.</source>
        <translation>{0} 中没有可导入的监听器。</translation>
    </message>
    <message>
        <source>Listeners of {0} to add to this profile:</source>
        <translation>要加入此配置的 {0} 中的监听器：</translation>
    </message>
    <message>
        <source>What has mistakes cannot be taken:</source>
        <translation>有错误的不能导入：</translation>
    </message>
    <message>
        <source>Import listeners</source>
        <translation>导入监听器</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>will be called {0}</source>
        <translation>将命名为 {0}</translation>
    </message>
    <message>
        <source>listens where {0} does</source>
        <translation>监听地址与 {0} 相同</translation>
    </message>
    <message>
        <source>runs the code in {0}</source>
        <translation>运行 {0} 中的代码</translation>
    </message>
    <message>
        <source>Imported from {0}: {1}.</source>
        <translation>已从 {0} 导入：{1}。</translation>
    </message>
    <message>
        <source>{0} cannot be on at once with {1}: give it another port.</source>
        <translation>{0} 不能与 {1} 同时打开：请给它另一个端口。</translation>
    </message>
    <message>
        <source>… and {0} more like it</source>
        <translation>……还有 {0} 个类似的</translation>
    </message>
    <message>
        <source>Listeners to write to a profile of their own:</source>
        <translation>要写入单独配置的监听器：</translation>
    </message>
    <message>
        <source>Export a profile</source>
        <translation>导出配置</translation>
    </message>
    <message>
        <source>Choose the file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Export a profile as</source>
        <translation>导出配置为</translation>
    </message>
    <message>
        <source>{0} is the profile of this window. Choose another file.</source>
        <translation>{0} 是此窗口的配置。请选择另一个文件。</translation>
    </message>
    <message>
        <source>Written to {0}: {1}.</source>
        <translation>已写入 {0}：{1}。</translation>
    </message>
    <message>
        <source>Profiles (*.toml);;All files (*)</source>
        <translation>配置 (*.toml);;所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>ProgramActions</name>
    <message>
        <source>Open a Twisted program</source>
        <translation>打开 Twisted 程序</translation>
    </message>
    <message>
        <source>Twisted programs (*.py *.pyw *.tac);;All files (*)</source>
        <translation>Twisted 程序 (*.py *.pyw *.tac);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Trust and run</source>
        <translation>信任并运行</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>… and {0} more</source>
        <translation>…… 还有 {0} 个</translation>
    </message>
    <message>
        <source>This profile runs code that you have not trusted yet. It may do all that you may do. None of it runs until you trust these files:</source>
        <translation>此配置会运行您尚未信任的代码。它拥有您的全部权限。在您信任以下文件之前，其中的代码都不会运行：</translation>
    </message>
</context>
<context>
    <name>ProgramForm</name>
    <message>
        <source>Choose a Twisted program</source>
        <translation>选择 Twisted 程序</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Twisted programs (*.py *.pyw *.tac);;All files (*)</source>
        <translation>Twisted 程序 (*.py *.pyw *.tac);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Plugin</source>
        <translation>插件</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>The options that the plugin itself describes</source>
        <translation>插件自身说明的选项</translation>
    </message>
    <message>
        <source>Pro&amp;gram</source>
        <translation>程序(&amp;G)</translation>
    </message>
    <message>
        <source>Pl&amp;ugin</source>
        <translation>插件(&amp;U)</translation>
    </message>
    <message>
        <source>Argu&amp;ments</source>
        <translation>参数(&amp;M)</translation>
    </message>
    <message>
        <source>Choose a plugin.</source>
        <translation>请选择插件。</translation>
    </message>
    <message>
        <source>Choose a program: a file that ends in .py or .tac, or a folder.</source>
        <translation>请选择程序：以 .py 或 .tac 结尾的文件，或文件夹。</translation>
    </message>
</context>
<context>
    <name>QShortcut</name>
    <message>
        <source>Return</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>↑</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>↓</translation>
    </message>
</context>
<context>
    <name>Quitting</name>
    <message>
        <source>Portdeck quits when the last connection has left ({0} now).</source>
        <translation>最后一个连接离开后 Portdeck 退出（现有 {0} 个）。</translation>
    </message>
    <message>
        <source>Quit now</source>
        <translation>立即退出</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>留下</translation>
    </message>
</context>
<context>
    <name>RatePlot</name>
    <message>
        <source>Bytes a second, received and sent</source>
        <translation>每秒收到和发出的字节数</translation>
    </message>
    <message>
        <source>Peak: {0} received, {1} sent</source>
        <translation>峰值：接收 {0}，发送 {1}</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
    <message>
        <source>Plot the last {0} minutes</source>
        <translation>绘制最近 {0} 分钟</translation>
    </message>
    <message>
        <source>Peak</source>
        <translation>峰值</translation>
    </message>
</context>
<context>
    <name>RecordingBar</name>
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
        <source>the disk was too slow for {0} chunks</source>
        <translation>磁盘太慢，漏掉 {0} 个数据块</translation>
    </message>
</context>
<context>
    <name>RecordingSign</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>录制</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>停止录制</translation>
    </message>
    <message>
        <source>Open the recording</source>
        <translation>打开录制文件</translation>
    </message>
    <message>
        <source>Show the recording in its folder</source>
        <translation>在文件夹中显示录制文件</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
    <message>
        <source>Recording {0} · {1}</source>
        <translation>正在录制 {0} · {1}</translation>
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
    <message>
        <source>{0} – recording</source>
        <translation>{0} – 录制</translation>
    </message>
</context>
<context>
    <name>RepeatBar</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Variables: {0}</source>
        <translation>变量：{0}</translation>
    </message>
    <message>
        <source>{0} sent</source>
        <translation>已发送 {0}</translation>
    </message>
    <message>
        <source>{0}/s</source>
        <translation>{0}/秒</translation>
    </message>
    <message>
        <source>the peer does not read</source>
        <translation>对端不读取</translation>
    </message>
    <message>
        <source>{0} left out, too late</source>
        <translation>略过 {0} 次，已太晚</translation>
    </message>
    <message>
        <source>The repeat stopped, {0} sent: there is no connection.</source>
        <translation>重复已停止，已发 {0}：没有连接。</translation>
    </message>
    <message>
        <source>The repeat ended, {0} sent.</source>
        <translation>重复已结束，已发 {0}。</translation>
    </message>
    <message>
        <source> ms</source>
        <translation> 毫秒</translation>
    </message>
    <message>
        <source>Milliseconds from one send to the next</source>
        <translation>两次发送之间的毫秒数</translation>
    </message>
    <message>
        <source>until stopped</source>
        <translation>直到停止</translation>
    </message>
    <message>
        <source> times</source>
        <translation> 次</translation>
    </message>
    <message>
        <source>How many times to send</source>
        <translation>发送多少次</translation>
    </message>
    <message>
        <source>Send again and again, with variables</source>
        <translation>反复发送，可用变量</translation>
    </message>
    <message>
        <source>Repeat</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>Every</source>
        <translation>每隔</translation>
    </message>
</context>
<context>
    <name>RepliesEdit</name>
    <message>
        <source>Which of the replies</source>
        <translation>第几条应答</translation>
    </message>
    <message>
        <source>After the last reply</source>
        <translation>最后一条应答之后</translation>
    </message>
    <message>
        <source>Another one for the next time</source>
        <translation>为下一次再加一条</translation>
    </message>
    <message>
        <source>Remove this reply</source>
        <translation>删除此应答</translation>
    </message>
    <message>
        <source>then from the first again</source>
        <translation>然后从第一条重新开始</translation>
    </message>
    <message>
        <source>then the last one again</source>
        <translation>然后一直用最后一条</translation>
    </message>
    <message>
        <source>then nothing</source>
        <translation>然后不再应答</translation>
    </message>
    <message>
        <source>Reply {0} of {1}</source>
        <translation>应答 {0}/{1}</translation>
    </message>
</context>
<context>
    <name>ReplyEdit</name>
    <message>
        <source>Add a piece</source>
        <translation>添加片段</translation>
    </message>
</context>
<context>
    <name>RestOfWindow</name>
    <message>
        <source>Connections ({0})</source>
        <translation>连接 ({0})</translation>
    </message>
    <message>
        <source>Connections ({0} of {1})</source>
        <translation>连接 ({0} / {1})</translation>
    </message>
    <message>
        <source>The desktop was asked to show {0}.</source>
        <translation>已请求桌面显示 {0}。</translation>
    </message>
    <message>
        <source>No program here shows folders. The recording is in {0}.</source>
        <translation>这里没有程序能显示文件夹。录制文件位于 {0}。</translation>
    </message>
    <message>
        <source>Copy the path</source>
        <translation>复制路径</translation>
    </message>
</context>
<context>
    <name>RewriteEditor</name>
    <message>
        <source>The bytes that are replaced</source>
        <translation>要替换的字节</translation>
    </message>
    <message>
        <source>The expression</source>
        <translation>表达式</translation>
    </message>
    <message>
        <source>such as ^Host: (\S+)</source>
        <translation>例如 ^Host: (\S+)</translation>
    </message>
    <message>
        <source>What comes instead</source>
        <translation>替换成的内容</translation>
    </message>
    <message>
        <source>such as Host: {1}:8080</source>
        <translation>例如 Host: {1}:8080</translation>
    </message>
    <message>
        <source>A message to try</source>
        <translation>要试验的消息</translation>
    </message>
    <message>
        <source>type a message to try</source>
        <translation>输入一条消息来试验</translation>
    </message>
    <message>
        <source>Rules of {0}</source>
        <translation>{0} 的规则</translation>
    </message>
    <message>
        <source>The rules have a mistake, so the last changes are not in use.</source>
        <translation>规则有误，因此最后的更改未被采用。</translation>
    </message>
    <message>
        <source>Rewrite rules, applied one after the other</source>
        <translation>改写规则，依次应用</translation>
    </message>
    <message>
        <source>No rule yet, so all bytes pass as they are.</source>
        <translation>还没有规则，因此所有字节都原样通过。</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>an expression</source>
        <translation>表达式</translation>
    </message>
    <message>
        <source>What is replaced</source>
        <translation>要替换的内容</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Changes act at once, on open connections too.</source>
        <translation>更改立即生效，对已打开的连接也一样。</translation>
    </message>
    <message>
        <source>Replaces</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>By</source>
        <translation>替换为</translation>
    </message>
    <message>
        <source>Messages are</source>
        <translation>消息划分</translation>
    </message>
    <message>
        <source>Tester</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>The listener goes on with the rules of before.</source>
        <translation>监听器继续使用之前的规则。</translation>
    </message>
    <message>
        <source>Rule {0}: {1}</source>
        <translation>规则 {0}：{1}</translation>
    </message>
    <message>
        <source>Rule {0}, {1}: {2}</source>
        <translation>规则 {0}，{1}：{2}</translation>
    </message>
    <message>
        <source>There are mistakes in the rules.</source>
        <translation>规则中有错误。</translation>
    </message>
</context>
<context>
    <name>RewriteModel</name>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>Replaces</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>By</source>
        <translation>替换为</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>命中</translation>
    </message>
    <message>
        <source>both ways</source>
        <translation>双向</translation>
    </message>
    <message>
        <source>from the client</source>
        <translation>来自客户端</translation>
    </message>
    <message>
        <source>to the client</source>
        <translation>发往客户端</translation>
    </message>
</context>
<context>
    <name>RowMenu</name>
    <message>
        <source>Follow the stream</source>
        <translation>跟踪流</translation>
    </message>
    <message>
        <source>Show requests and responses</source>
        <translation>显示请求和响应</translation>
    </message>
    <message>
        <source>Show only {0}</source>
        <translation>只显示 {0}</translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Too much to copy: export the selected instead</source>
        <translation>内容太多，无法复制：请改为导出所选</translation>
    </message>
</context>
<context>
    <name>RuleForm</name>
    <message>
        <source>What the message is compared with</source>
        <translation>与消息比较的内容</translation>
    </message>
    <message>
        <source>Regular expression</source>
        <translation>正则表达式</translation>
    </message>
    <message>
        <source>Function</source>
        <translation>函数</translation>
    </message>
    <message>
        <source>Only in the &amp;state</source>
        <translation>仅在此状态下(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Move it to the state</source>
        <translation>转到此状态(&amp;M)</translation>
    </message>
    <message>
        <source>Put the &amp;frame around the reply</source>
        <translation>为应答加上帧(&amp;F)</translation>
    </message>
    <message>
        <source>optional</source>
        <translation>可选</translation>
    </message>
    <message>
        <source>matches the expression</source>
        <translation>匹配表达式</translation>
    </message>
    <message>
        <source>is any message</source>
        <translation>任意消息</translation>
    </message>
    <message>
        <source>is taken by a Python function</source>
        <translation>由 Python 函数处理</translation>
    </message>
    <message>
        <source>none: by itself, every</source>
        <translation>无：自动发送，间隔</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Seconds between two replies</source>
        <translation>两次应答之间的秒数</translation>
    </message>
    <message>
        <source>Shortest delay</source>
        <translation>最短延迟</translation>
    </message>
    <message>
        <source>Longest delay</source>
        <translation>最长延迟</translation>
    </message>
    <message>
        <source>this connection</source>
        <translation>此连接</translation>
    </message>
    <message>
        <source>the others</source>
        <translation>其他连接</translation>
    </message>
    <message>
        <source>all connections</source>
        <translation>所有连接</translation>
    </message>
    <message>
        <source>any number of times</source>
        <translation>不限次数</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>The m&amp;essage</source>
        <translation>消息(&amp;E)</translation>
    </message>
    <message>
        <source>The connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>应答</translation>
    </message>
    <message>
        <source>After</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>T&amp;o</source>
        <translation>发往(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;And then</source>
        <translation>然后(&amp;A)</translation>
    </message>
    <message>
        <source>Applies</source>
        <translation>适用</translation>
    </message>
</context>
<context>
    <name>RuleList</name>
    <message>
        <source>&amp;Add a rule</source>
        <translation>添加规则(&amp;A)</translation>
    </message>
    <message>
        <source>Duplicate the rule</source>
        <translation>复制规则</translation>
    </message>
    <message>
        <source>Move the rule up</source>
        <translation>上移规则</translation>
    </message>
    <message>
        <source>Move the rule down</source>
        <translation>下移规则</translation>
    </message>
    <message>
        <source>Remove the rule</source>
        <translation>删除规则</translation>
    </message>
</context>
<context>
    <name>RuleTester</name>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>*IDN?</source>
        <translation>*IDN?</translation>
    </message>
    <message>
        <source>the first state</source>
        <translation>初始状态</translation>
    </message>
    <message>
        <source>State of the connection</source>
        <translation>连接的状态</translation>
    </message>
    <message>
        <source>What this message would get</source>
        <translation>此消息会得到的应答</translation>
    </message>
    <message>
        <source>&amp;What would this message get?</source>
        <translation>此消息会得到什么应答？(&amp;W)</translation>
    </message>
    <message>
        <source>In the &amp;state</source>
        <translation>所处状态(&amp;S)</translation>
    </message>
    <message>
        <source>Correct the mistakes of the rules first.</source>
        <translation>请先改正规则中的错误。</translation>
    </message>
    <message>
        <source>Message {0}: {1}</source>
        <translation>消息 {0}：{1}</translation>
    </message>
    <message>
        <source>  Reply: {0}</source>
        <translation>  应答：{0}</translation>
    </message>
    <message>
        <source>  The connection is in the state “{0}” then.</source>
        <translation>  之后连接处于状态“{0}”。</translation>
    </message>
    <message>
        <source>  The connection is in the first state again then.</source>
        <translation>  此后连接又处于初始状态。</translation>
    </message>
    <message>
        <source>  Then: {0}</source>
        <translation>  然后：{0}</translation>
    </message>
    <message>
        <source>  Not rule {0}: {1}.</source>
        <translation>  不是规则 {0}：{1}。</translation>
    </message>
    <message>
        <source>the file {0}</source>
        <translation>文件 {0}</translation>
    </message>
</context>
<context>
    <name>Rules</name>
    <message>
        <source>equals</source>
        <translation>等于</translation>
    </message>
    <message>
        <source>starts with</source>
        <translation>开头是</translation>
    </message>
    <message>
        <source>ends with</source>
        <translation>结尾是</translation>
    </message>
    <message>
        <source>contains</source>
        <translation>包含</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>half-close</source>
        <translation>半关闭</translation>
    </message>
    <message>
        <source>stop reading</source>
        <translation>停止读取</translation>
    </message>
    <message>
        <source>drain</source>
        <translation>只读不答</translation>
    </message>
    <message>
        <source>{0}, in the first state</source>
        <translation>{0}，处于初始状态</translation>
    </message>
    <message>
        <source>{0}, in the state “{1}”</source>
        <translation>{0}，处于状态“{1}”</translation>
    </message>
    <message>
        <source>every {0}</source>
        <translation>每 {0}</translation>
    </message>
    <message>
        <source>regex {0}</source>
        <translation>正则 {0}</translation>
    </message>
    <message>
        <source>Python {0}</source>
        <translation>Python {0}</translation>
    </message>
    <message>
        <source>any message</source>
        <translation>任意消息</translation>
    </message>
    <message>
        <source>and {0} more in turn</source>
        <translation>以及轮流的另外 {0} 条</translation>
    </message>
    <message>
        <source>to the others</source>
        <translation>发给其他连接</translation>
    </message>
    <message>
        <source>to all</source>
        <translation>发给所有连接</translation>
    </message>
    <message>
        <source>then {0}</source>
        <translation>然后{0}</translation>
    </message>
    <message>
        <source>no reply</source>
        <translation>不应答</translation>
    </message>
    <message>
        <source>file {0}</source>
        <translation>文件 {0}</translation>
    </message>
</context>
<context>
    <name>RulesEditor</name>
    <message>
        <source>Reset &amp;counts</source>
        <translation>重置计数(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>Re&amp;vert</source>
        <translation>还原(&amp;V)</translation>
    </message>
    <message>
        <source>Rules of {0}</source>
        <translation>{0} 的规则</translation>
    </message>
    <message>
        <source>Unmatched ({0})</source>
        <translation>未匹配 ({0})</translation>
    </message>
    <message>
        <source>Unmatched</source>
        <translation>未匹配</translation>
    </message>
    <message>
        <source>The rules were changed and not saved.</source>
        <translation>规则已更改但尚未保存。</translation>
    </message>
    <message>
        <source>Rules, the first that matches wins</source>
        <translation>规则，第一条匹配的生效</translation>
    </message>
    <message>
        <source>No rule yet, so no message is answered by one.</source>
        <translation>还没有规则，因此没有消息会由规则应答。</translation>
    </message>
    <message>
        <source>Set the hits and the unmatched messages to none</source>
        <translation>将命中次数和未匹配的消息清零</translation>
    </message>
    <message>
        <source>Tester</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Framing and greeting</source>
        <translation>分帧与问候</translation>
    </message>
    <message>
        <source>The listener was removed.</source>
        <translation>监听器已被移除。</translation>
    </message>
    <message>
        <source>Not saved yet. The listener goes on with the rules of before.</source>
        <translation>尚未保存。监听器继续使用之前的规则。</translation>
    </message>
    <message>
        <source>framing and greeting</source>
        <translation>分帧与问候</translation>
    </message>
    <message>
        <source>rule {0}</source>
        <translation>规则 {0}</translation>
    </message>
    <message>
        <source>There are mistakes in: {0}.</source>
        <translation>以下各处有错误：{0}。</translation>
    </message>
</context>
<context>
    <name>RulesModel</name>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>应答</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>命中</translation>
    </message>
    <message>
        <source>{0} ({1} failed)</source>
        <translation>{0}（失败 {1}）</translation>
    </message>
</context>
<context>
    <name>SavedSnippets</name>
    <message>
        <source>{0}: {1}. The next change puts this file aside.</source>
        <translation>{0}：{1}。下次更改时会把此文件移到一旁。</translation>
    </message>
    <message>
        <source>There are {0} snippets: remove some.</source>
        <translation>已有 {0} 个片段：请移除一些。</translation>
    </message>
    <message>
        <source>The snippets are in {0}.</source>
        <translation>片段已存入 {0}。</translation>
    </message>
    <message>
        <source>{0} of {1} snippets are new.</source>
        <translation>{1} 个片段中有 {0} 个是新的。</translation>
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
    <name>SendDialogs</name>
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
    <name>SetForm</name>
    <message>
        <source>is ignored</source>
        <translation>被忽略</translation>
    </message>
    <message>
        <source>closes the connection</source>
        <translation>关闭连接</translation>
    </message>
    <message>
        <source>resets the connection</source>
        <translation>重置连接</translation>
    </message>
    <message>
        <source>gets a reply of its own</source>
        <translation>得到专门的应答</translation>
    </message>
    <message>
        <source>Messages are</source>
        <translation>消息划分</translation>
    </message>
    <message>
        <source>Greeting</source>
        <translation>问候</translation>
    </message>
    <message>
        <source>Any other message</source>
        <translation>其他消息</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Start and end</source>
        <translation>启动与退出</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>控制台</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Reset this page</source>
        <translation>重置此页</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Accent</source>
        <translation>强调色</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>密度</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Listeners at the start</source>
        <translation>启动时的监听器</translation>
    </message>
    <message>
        <source>Login</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Closing the window</source>
        <translation>关闭窗口</translation>
    </message>
    <message>
        <source>Live connections</source>
        <translation>活动连接</translation>
    </message>
    <message>
        <source>Notation</source>
        <translation>写法</translation>
    </message>
    <message>
        <source>Line ending</source>
        <translation>行尾</translation>
    </message>
    <message>
        <source>Enter key</source>
        <translation>回车键</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Chunks, at most</source>
        <translation>数据块上限</translation>
    </message>
    <message>
        <source>Notify me when</source>
        <translation>何时通知</translation>
    </message>
    <message>
        <source>Minimum level</source>
        <translation>最低级别</translation>
    </message>
    <message>
        <source>Font</source>
        <translation>字体</translation>
    </message>
    <message>
        <source>Font for data</source>
        <translation>数据字体</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Find a shortcut</source>
        <translation>查找快捷键</translation>
    </message>
    <message>
        <source>No shortcut matches.</source>
        <translation>没有匹配的快捷键。</translation>
    </message>
    <message>
        <source>In the list of listeners</source>
        <translation>监听器列表中</translation>
    </message>
    <message>
        <source>Choose another listener</source>
        <translation>选择另一个监听器</translation>
    </message>
    <message>
        <source>Mark several</source>
        <translation>标记多个</translation>
    </message>
    <message>
        <source>Mark all</source>
        <translation>全部标记</translation>
    </message>
    <message>
        <source>Start or stop</source>
        <translation>启动或停止</translation>
    </message>
    <message>
        <source>Choose none</source>
        <translation>取消选择</translation>
    </message>
    <message>
        <source>In the console</source>
        <translation>控制台中</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>What was sent before</source>
        <translation>之前发送的内容</translation>
    </message>
    <message>
        <source>Search what was sent</source>
        <translation>搜索发送过的内容</translation>
    </message>
    <message>
        <source>Send a snippet</source>
        <translation>发送片段</translation>
    </message>
    <message>
        <source>In text fields</source>
        <translation>文本框中</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Search listeners</source>
        <translation>搜索监听器</translation>
    </message>
    <message>
        <source>Search the listeners</source>
        <translation>搜索监听器</translation>
    </message>
    <message>
        <source>By name, group, protocol or address</source>
        <translation>按名称、组、协议或地址</translation>
    </message>
    <message>
        <source>Compact rows</source>
        <translation>紧凑行</translation>
    </message>
    <message>
        <source>Compact rows: one line for each listener</source>
        <translation>紧凑行：每个监听器一行</translation>
    </message>
    <message>
        <source>Listeners</source>
        <translation>监听器</translation>
    </message>
</context>
<context>
    <name>SizeEdit</name>
    <message>
        <source>Size…</source>
        <translation>大小…</translation>
    </message>
    <message>
        <source>Sizes to show, in bytes</source>
        <translation>要显示的大小（字节）</translation>
    </message>
    <message>
        <source>Bytes: 100-2000, 100- and more, -64 or less, 7 exactly</source>
        <translation>字节：100-2000；100- 表示以上；-64 表示以下；7 表示恰好</translation>
    </message>
</context>
<context>
    <name>SnippetForm</name>
    <message>
        <source>Snippet</source>
        <translation>片段</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>What it sends</source>
        <translation>发送内容</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Folder</source>
        <translation>文件夹(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Sends</source>
        <translation>发送(&amp;S)</translation>
    </message>
    <message>
        <source>A snippet holds up to {0} letters.</source>
        <translation>片段最多 {0} 个字符。</translation>
    </message>
    <message>
        <source>Give it a name.</source>
        <translation>请给它取个名称。</translation>
    </message>
</context>
<context>
    <name>SnippetsPanel</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>{0} is removed.</source>
        <translation>{0} 已移除。</translation>
    </message>
    <message>
        <source>Snippets</source>
        <translation>片段</translation>
    </message>
    <message>
        <source>Nothing is kept yet. Type into the console, and press + to keep it here.</source>
        <translation>还没有保存任何内容。在控制台输入内容，然后按 + 保存到这里。</translation>
    </message>
    <message>
        <source>Keep what is in the input</source>
        <translation>保存输入的内容</translation>
    </message>
    <message>
        <source>Keep what is in the input as a snippet</source>
        <translation>把输入的内容保存为片段</translation>
    </message>
    <message>
        <source>Import and export snippets</source>
        <translation>导入和导出片段</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Export all…</source>
        <translation>导出全部…</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Put into the input</source>
        <translation>放入输入框</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Import snippets</source>
        <translation>导入片段</translation>
    </message>
    <message>
        <source>Export snippets</source>
        <translation>导出片段</translation>
    </message>
    <message>
        <source>Snippets (*.toml)</source>
        <translation>片段 (*.toml)</translation>
    </message>
</context>
<context>
    <name>StartUpPage</name>
    <message>
        <source>Those that start automatically</source>
        <translation>仅设为自动启动的</translation>
    </message>
    <message>
        <source>As they were, too</source>
        <translation>上次运行的也启动</translation>
    </message>
    <message>
        <source>Starts Portdeck, hidden if there is a tray</source>
        <translation>启动 Portdeck（有托盘时隐藏窗口）</translation>
    </message>
    <message>
        <source>Keeps Portdeck running in the tray</source>
        <translation>让 Portdeck 在托盘中继续运行</translation>
    </message>
    <message>
        <source>Ask before a command closes them</source>
        <translation>在命令关闭它们之前询问</translation>
    </message>
    <message>
        <source>File → Quit always ends Portdeck.</source>
        <translation>“文件 → 退出”总是结束 Portdeck。</translation>
    </message>
    <message>
        <source>This desktop shows no tray icons, so closing the window ends Portdeck.</source>
        <translation>此桌面不显示托盘图标，因此关闭窗口会结束 Portdeck。</translation>
    </message>
    <message>
        <source>The entry for the login cannot be changed ({0}).</source>
        <translation>无法更改登录启动项（{0}）。</translation>
    </message>
    <message>
        <source>The entry for the login: {0}</source>
        <translation>登录启动项：{0}</translation>
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
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>draining</source>
        <translation>正在排空</translation>
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
    <name>Status</name>
    <message>
        <source>The last change counts from the next start.</source>
        <translation>最近的更改在下次启动时生效。</translation>
    </message>
    <message>
        <source>The new code is not in use: {0}</source>
        <translation>新代码没有启用：{0}</translation>
    </message>
    <message>
        <source>{0} connected</source>
        <translation>{0} 个连接</translation>
    </message>
    <message>
        <source>{0} over UDP</source>
        <translation>UDP 上的 {0}</translation>
    </message>
    <message>
        <source>{0}, traffic off</source>
        <translation>{0}，流量记录已关</translation>
    </message>
    <message>
        <source>Refused: {0}</source>
        <translation>已拒绝：{0}</translation>
    </message>
    <message>
        <source>Closed by a limit: {0}</source>
        <translation>因限制而关闭：{0}</translation>
    </message>
    <message>
        <source>{0} · {1} left</source>
        <translation>{0} · 剩 {1}</translation>
    </message>
    <message>
        <source>Its code raised {0}</source>
        <translation>它的代码抛出了 {0}</translation>
    </message>
    <message>
        <source>Its code raised {0} exceptions, such as {1}</source>
        <translation>它的代码抛出了 {0} 个异常，例如 {1}</translation>
    </message>
    <message>
        <source>{0} · 1 peer</source>
        <translation>{0} · 1 个对端</translation>
    </message>
    <message>
        <source>{0} · {1} peers</source>
        <translation>{0} · {1} 个对端</translation>
    </message>
    <message>
        <source>{0} · {1} connected</source>
        <translation>{0} · {1} 个连接</translation>
    </message>
    <message>
        <source> · {0} refused</source>
        <translation> · 拒绝 {0}</translation>
    </message>
</context>
<context>
    <name>StatusBarTotals</name>
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
        <source>, {0} refused</source>
        <translation>，拒绝 {0}</translation>
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
    <name>StreamText</name>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
</context>
<context>
    <name>StreamView</name>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>最新</translation>
    </message>
    <message>
        <source>Choose a connection, and both sides of its conversation are shown here.</source>
        <translation>选择一个连接，这里就会显示对话的双方。</translation>
    </message>
    <message>
        <source>closed by the peer</source>
        <translation>被对端关闭</translation>
    </message>
    <message>
        <source>closed here</source>
        <translation>在本端关闭</translation>
    </message>
    <message>
        <source>reset by the peer</source>
        <translation>被对端重置</translation>
    </message>
    <message>
        <source>reset here</source>
        <translation>在本端重置</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>Reading, {0} %</source>
        <translation>正在读取，{0} %</translation>
    </message>
    <message>
        <source>Only the newest lines are shown here.</source>
        <translation>这里只显示最新的行。</translation>
    </message>
    <message>
        <source>What came later is not shown.</source>
        <translation>之后的内容未显示。</translation>
    </message>
    <message>
        <source>Some chunks were dropped before they could be shown.</source>
        <translation>有些数据块在显示之前就被丢弃了。</translation>
    </message>
</context>
<context>
    <name>TabTitle</name>
    <message>
        <source>Session</source>
        <translation>会话</translation>
    </message>
    <message>
        <source>Not connected yet</source>
        <translation>尚未连接</translation>
    </message>
    <message>
        <source>Connecting to {0}</source>
        <translation>正在连接 {0}</translation>
    </message>
    <message>
        <source>Connected to {0}</source>
        <translation>已连接到 {0}</translation>
    </message>
    <message>
        <source>Only reading from {0}</source>
        <translation>只从 {0} 读取</translation>
    </message>
    <message>
        <source>Closing the connection to {0}</source>
        <translation>正在关闭与 {0} 的连接</translation>
    </message>
    <message>
        <source>Waiting to connect to {0} again</source>
        <translation>等待再次连接 {0}</translation>
    </message>
    <message>
        <source>The connection to {0} is closed</source>
        <translation>与 {0} 的连接已关闭</translation>
    </message>
</context>
<context>
    <name>TargetBar</name>
    <message>
        <source>not verified</source>
        <translation>未验证</translation>
    </message>
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
        <source>A listener, host:port, tls:host:port, udp:host:port, or unix:/path of a socket</source>
        <translation>监听器、主机:端口、tls:主机:端口、udp:主机:端口，或 unix:/套接字路径</translation>
    </message>
    <message>
        <source>The peer&apos;s certificate is not to be trusted: {0}.</source>
        <translation>对端的证书不可信任：{0}。</translation>
    </message>
    <message>
        <source>Connect without verifying</source>
        <translation>不验证就连接</translation>
    </message>
    <message>
        <source>Look at it…</source>
        <translation>查看它…</translation>
    </message>
    <message>
        <source>Where to connect to</source>
        <translation>连接到哪里</translation>
    </message>
    <message>
        <source>Listener or host:port</source>
        <translation>监听器或 主机:端口</translation>
    </message>
    <message>
        <source>Connection options</source>
        <translation>连接选项</translation>
    </message>
    <message>
        <source>Connection options: TLS, time-out, connecting again, local address</source>
        <translation>连接选项：TLS、超时、重连、本地地址</translation>
    </message>
    <message>
        <source>Nobody vouches for the peer: anybody on the way could have answered.</source>
        <translation>没有人为对端担保：途中任何人都可能应答。</translation>
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
    <name>TaskWindows</name>
    <message>
        <source>That message is not kept any more, so there is no rule.</source>
        <translation>该消息已不再保留，因此没有规则。</translation>
    </message>
    <message>
        <source>Replies</source>
        <translation>应答</translation>
    </message>
</context>
<context>
    <name>Tile</name>
    <message>
        <source>Run {0}</source>
        <translation>运行 {0}</translation>
    </message>
</context>
<context>
    <name>TlsBadge</name>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>Connections are encrypted with TLS.</source>
        <translation>连接以 TLS 加密。</translation>
    </message>
    <message>
        <source>TLS until {0}</source>
        <translation>TLS 至 {0}</translation>
    </message>
</context>
<context>
    <name>TlsForm</name>
    <message>
        <source>En&amp;crypt the connections with TLS</source>
        <translation>用 TLS 加密连接(&amp;C)</translation>
    </message>
    <message>
        <source>Made at once, signed by your local CA</source>
        <translation>立即生成，由您的本地 CA 签名</translation>
    </message>
    <message>
        <source>Files of your own</source>
        <translation>您自己的文件</translation>
    </message>
    <message>
        <source>PEM files (*.pem *.crt *.cer *.key);;All files (*)</source>
        <translation>PEM 文件 (*.pem *.crt *.cer *.key);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer *.key *.p12 *.pfx);;All files (*)</source>
        <translation>证书 (*.pem *.crt *.cer *.key *.p12 *.pfx);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Choose the certificate</source>
        <translation>选择证书</translation>
    </message>
    <message>
        <source>Certificate file</source>
        <translation>证书文件</translation>
    </message>
    <message>
        <source>Choose its key</source>
        <translation>选择密钥</translation>
    </message>
    <message>
        <source>Key file</source>
        <translation>密钥文件</translation>
    </message>
    <message>
        <source>in the same file</source>
        <translation>在同一文件中</translation>
    </message>
    <message>
        <source>Choose the CA of the clients</source>
        <translation>选择客户端的 CA</translation>
    </message>
    <message>
        <source>CA of the clients</source>
        <translation>客户端的 CA</translation>
    </message>
    <message>
        <source>clients need no certificate</source>
        <translation>客户端不需要证书</translation>
    </message>
    <message>
        <source>TLS {0} or newer</source>
        <translation>TLS {0} 或更新</translation>
    </message>
    <message>
        <source>Clients and versions</source>
        <translation>客户端和版本</translation>
    </message>
    <message>
        <source>Encryption</source>
        <translation>加密</translation>
    </message>
    <message>
        <source>C&amp;ertificate</source>
        <translation>证书(&amp;E)</translation>
    </message>
    <message>
        <source>Its &amp;file</source>
        <translation>证书文件(&amp;F)</translation>
    </message>
    <message>
        <source>Its &amp;key</source>
        <translation>密钥(&amp;K)</translation>
    </message>
    <message>
        <source>C&amp;A of clients</source>
        <translation>客户端 CA(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Versions</source>
        <translation>版本(&amp;V)</translation>
    </message>
    <message>
        <source>Choose the file of the certificate.</source>
        <translation>请选择证书文件。</translation>
    </message>
    <message>
        <source>It is encrypted. Its passphrase is asked for at each start.</source>
        <translation>它已加密。每次启动时都会询问其密码短语。</translation>
    </message>
    <message>
        <source>It is made when the listener starts, for {0}.</source>
        <translation>监听器启动时为 {0} 生成。</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>End of the tour</source>
        <translation>结束导览</translation>
    </message>
    <message>
        <source>You changed {0}. Do you want to keep it, with its listener?</source>
        <translation>您修改了 {0}。要保留它和它的监听器吗？</translation>
    </message>
    <message>
        <source>Keep the file…</source>
        <translation>保留文件…</translation>
    </message>
    <message>
        <source>Throw it away</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>The listener of the tour was removed. Start makes another.</source>
        <translation>导览的监听器已被移除。点击“启动”会新建一个。</translation>
    </message>
    <message>
        <source>Your code failed: {0} The log has more.</source>
        <translation>您的代码出错：{0} 详情见日志。</translation>
    </message>
    <message>
        <source>Line {0}: {1}. Correct it; the code from before runs on.</source>
        <translation>第 {0} 行：{1}。请改正；之前的代码继续运行。</translation>
    </message>
    <message>
        <source>Keep the file</source>
        <translation>保留文件</translation>
    </message>
    <message>
        <source>Python files (*.py)</source>
        <translation>Python 文件 (*.py)</translation>
    </message>
    <message>
        <source>{0} is yours now, and its listener is in the profile.</source>
        <translation>{0} 现在归您所有，它的监听器已在配置中。</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>End the tour</source>
        <translation>结束导览</translation>
    </message>
    <message>
        <source>The last part does not say where to listen. Write serverFromString(reactor, &quot;tcp:{0}&quot;) there.</source>
        <translation>最后一部分没有说明在哪里监听。请在那里写上 serverFromString(reactor, &quot;tcp:{0}&quot;)。</translation>
    </message>
    <message>
        <source>Saved. It listens at {0} now.</source>
        <translation>已保存。现在在 {0} 监听。</translation>
    </message>
    <message>
        <source>Saved. New connections run it; open ones keep the code before.</source>
        <translation>已保存。新连接运行新代码；已打开的连接仍用之前的代码。</translation>
    </message>
</context>
<context>
    <name>TourPane</name>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Save and run</source>
        <translation>保存并运行</translation>
    </message>
    <message>
        <source>End the tour</source>
        <translation>结束导览</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>Save the file, and let new connections run it (Ctrl+S)</source>
        <translation>保存文件，并让新连接运行它 (Ctrl+S)</translation>
    </message>
    <message>
        <source>The code of the server</source>
        <translation>服务器的代码</translation>
    </message>
    <message>
        <source>F6 leaves the code.</source>
        <translation>按 F6 离开代码。</translation>
    </message>
</context>
<context>
    <name>TourSteps</name>
    <message>
        <source>Protocol</source>
        <translation>协议</translation>
    </message>
    <message>
        <source>A protocol is what one connection does. Each connection gets an Echo of its own. Twisted calls connectionMade when somebody connects, dataReceived for what they send, and connectionLost at the end.</source>
        <translation>协议决定一个连接做什么。每个连接都有自己的 Echo。有人连接时，Twisted 调用 connectionMade；收到数据时调用 dataReceived；结束时调用 connectionLost。</translation>
    </message>
    <message>
        <source>Start the server.</source>
        <translation>启动服务器。</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Connect to it with the console.</source>
        <translation>用控制台连接它。</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Say hello. The same comes back.</source>
        <translation>发送 hello，会收到同样的内容。</translation>
    </message>
    <message>
        <source>Say hello</source>
        <translation>发送 hello</translation>
    </message>
    <message>
        <source>Answer in capitals: write data.upper(). Then connect anew.</source>
        <translation>用大写回答：写成 data.upper()，然后重新连接。</translation>
    </message>
    <message>
        <source>Change it</source>
        <translation>替我修改</translation>
    </message>
    <message>
        <source>Factory</source>
        <translation>工厂</translation>
    </message>
    <message>
        <source>A factory makes the protocols, and has what all connections share: here the number of them, and the most there may be. Saving makes a new factory; open connections keep theirs.</source>
        <translation>工厂创建协议对象，并保存所有连接共享的内容：这里是连接的数量和上限。保存后会创建新的工厂；已打开的连接保留原来的工厂。</translation>
    </message>
    <message>
        <source>Connect twice, and watch numProtocols below.</source>
        <translation>连接两次，并观察下方的 numProtocols。</translation>
    </message>
    <message>
        <source>Connect once more. The third is told: Too many connections, try later.</source>
        <translation>再连接一次。第三个连接会收到：Too many connections, try later。</translation>
    </message>
    <message>
        <source>Raise the limit, and connect again.</source>
        <translation>提高上限，再次连接。</translation>
    </message>
    <message>
        <source>Reactor</source>
        <translation>反应器</translation>
    </message>
    <message>
        <source>The reactor waits for everything at once: it listens where the endpoint says, and gives each new connection to the factory. These lines run when you start the file with python; in Portdeck, the switch of the listener does the same.</source>
        <translation>反应器同时等待所有事件：它在端点指定的地方监听，并把每个新连接交给工厂。用 python 运行该文件时会执行这些行；在 Portdeck 中，监听器的开关做同样的事。</translation>
    </message>
    <message>
        <source>Listen at another port. That closes what is open.</source>
        <translation>换一个端口监听。已打开的连接会关闭。</translation>
    </message>
    <message>
        <source>Connect to the new port.</source>
        <translation>连接到新端口。</translation>
    </message>
    <message>
        <source>Keep the file: it stays yours, and its listener too.</source>
        <translation>保留文件：文件和它的监听器都归您。</translation>
    </message>
    <message>
        <source>Keep…</source>
        <translation>保留…</translation>
    </message>
</context>
<context>
    <name>TrafficFindBar</name>
    <message>
        <source>Find…</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Text of the data</source>
        <translation>数据中的文本</translation>
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
        <source>Find</source>
        <translation>查找</translation>
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
    <message>
        <source>[cut] </source>
        <translation>[截断] </translation>
    </message>
    <message>
        <source>Too long for one row: it goes on in the next.</source>
        <translation>一行放不下：在下一行继续。</translation>
    </message>
    <message>
        <source>[broken] </source>
        <translation>[错误] </translation>
    </message>
    <message>
        <source>It does not follow the framing.</source>
        <translation>不符合分帧规则。</translation>
    </message>
    <message>
        <source>[unfinished] </source>
        <translation>[未完] </translation>
    </message>
    <message>
        <source>Its end never came.</source>
        <translation>始终没有结束。</translation>
    </message>
    <message>
        <source>Sent to {0}</source>
        <translation>发给 {0}</translation>
    </message>
    <message>
        <source>Received from {0}</source>
        <translation>收自 {0}</translation>
    </message>
</context>
<context>
    <name>TrafficPage</name>
    <message>
        <source> MiB</source>
        <translation> MiB</translation>
    </message>
    <message>
        <source>The oldest is dropped when one of the two is reached, and counted. The views of messages may take as much again while they are on show.</source>
        <translation>达到两者之一时，最旧的会被丢弃并计数。显示消息视图时可能再占用同样多的内存。</translation>
    </message>
    <message>
        <source>With this, Portdeck takes about {0} MiB at most: {1} MiB for traffic, about {2} MiB for the window itself, and some {3} MiB for names and the log.</source>
        <translation>这样 Portdeck 最多约占 {0} MiB：流量 {1} MiB，窗口本身约 {2} MiB，名称和日志约 {3} MiB。</translation>
    </message>
    <message>
        <source>Kept now: {0} chunks, {1}.</source>
        <translation>现在保留：{0} 个数据块，{1}。</translation>
    </message>
    <message>
        <source>The oldest were dropped, to fit: {0} chunks.</source>
        <translation>为符合限制，最旧的已丢弃：{0} 个数据块。</translation>
    </message>
</context>
<context>
    <name>TrafficPane</name>
    <message>
        <source>Switched off in the form of the listener, and not shown: {0}.</source>
        <translation>已在监听器的表单中关闭，不显示：{0}。</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Nothing matches the filter.</source>
        <translation>没有符合筛选条件的内容。</translation>
    </message>
    <message>
        <source>No message is whole yet.</source>
        <translation>还没有完整的消息。</translation>
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
    <name>TrafficStatusBar</name>
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
        <source>framing, {0} %</source>
        <translation>正在分帧，{0} %</translation>
    </message>
    <message>
        <source>{0} of unfinished ones</source>
        <translation>未完成的 {0}</translation>
    </message>
    <message>
        <source>1 message</source>
        <translation>1 条消息</translation>
    </message>
    <message>
        <source>{0} messages</source>
        <translation>{0} 条消息</translation>
    </message>
    <message>
        <source>{0} messages dropped</source>
        <translation>丢弃了 {0} 条消息</translation>
    </message>
    <message>
        <source>{0} chunks not framed</source>
        <translation>{0} 个数据块未分帧</translation>
    </message>
    <message>
        <source>Record to a file</source>
        <translation>录制到文件</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>停止录制</translation>
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
        <source>Show the bytes beside the rows</source>
        <translation>在行旁显示字节</translation>
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
    <name>TrafficTable</name>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
</context>
<context>
    <name>TranscriptFindBar</name>
    <message>
        <source>Find in the transcript…</source>
        <translation>在记录中查找…</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>在记录中查找</translation>
    </message>
    <message>
        <source>Previous match (Shift+Enter)</source>
        <translation>上一个匹配项 (Shift+Enter)</translation>
    </message>
    <message>
        <source>Next match (Enter)</source>
        <translation>下一个匹配项 (Enter)</translation>
    </message>
    <message>
        <source>Close the search (Esc)</source>
        <translation>关闭查找 (Esc)</translation>
    </message>
    <message>
        <source>none found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation>找到 {0} 个</translation>
    </message>
</context>
<context>
    <name>TranscriptTools</name>
    <message>
        <source>Copy all</source>
        <translation>全部复制</translation>
    </message>
    <message>
        <source>Save to a file…</source>
        <translation>保存到文件…</translation>
    </message>
    <message>
        <source>{0} cannot be written ({1}).</source>
        <translation>无法写入 {0}（{1}）。</translation>
    </message>
    <message>
        <source>The transcript is in {0}.</source>
        <translation>记录已存入 {0}。</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>显示文本</translation>
    </message>
    <message>
        <source>Show hex</source>
        <translation>显示十六进制</translation>
    </message>
    <message>
        <source>Show hex and text</source>
        <translation>显示十六进制和文本</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>在记录中查找</translation>
    </message>
    <message>
        <source>Find in the transcript (Ctrl+F)</source>
        <translation>在记录中查找 (Ctrl+F)</translation>
    </message>
    <message>
        <source>Clear the transcript</source>
        <translation>清空记录</translation>
    </message>
    <message>
        <source>Reader</source>
        <translation>阅读器</translation>
    </message>
    <message>
        <source>Read the chosen message as JSON, XML, HTTP, text or hex</source>
        <translation>以 JSON、XML、HTTP、文本或十六进制阅读所选的消息</translation>
    </message>
    <message>
        <source>More about the transcript</source>
        <translation>更多记录选项</translation>
    </message>
    <message>
        <source>Show text or hex, copy, save</source>
        <translation>显示文本或十六进制、复制、保存</translation>
    </message>
    <message>
        <source>Save the transcript</source>
        <translation>保存记录</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>文本 (*.txt)</translation>
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
        <source>{0} chunks</source>
        <translation>{0} 个数据块</translation>
    </message>
    <message>
        <source>{0} lines</source>
        <translation>{0} 行</translation>
    </message>
    <message>
        <source>({0} came too fast to show)</source>
        <translation>（{0} 来得太快，未显示）</translation>
    </message>
    <message>
        <source>({0} older chunks)</source>
        <translation>（更早的 {0} 个数据块）</translation>
    </message>
</context>
<context>
    <name>TransportChoice</name>
    <message>
        <source>TCP</source>
        <translation>TCP</translation>
    </message>
    <message>
        <source>TLS over TCP</source>
        <translation>TCP 上的 TLS</translation>
    </message>
    <message>
        <source>UDP</source>
        <translation>UDP</translation>
    </message>
    <message>
        <source>Unix socket</source>
        <translation>Unix 套接字</translation>
    </message>
    <message>
        <source>Where the program listens</source>
        <translation>程序监听的位置</translation>
    </message>
    <message>
        <source>Advanced: a Twisted endpoint</source>
        <translation>高级：Twisted 端点</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show Portdeck</source>
        <translation>显示 Portdeck</translation>
    </message>
    <message>
        <source>… and {0} more in the window</source>
        <translation>……窗口中还有 {0} 个</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Portdeck: {0} of {1} listening, {2} connections</source>
        <translation>Portdeck：{1} 个中 {0} 个在监听，{2} 个连接</translation>
    </message>
</context>
<context>
    <name>UnixForm</name>
    <message>
        <source>Choose where the socket shall be</source>
        <translation>选择套接字的位置</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>Pat&amp;h</source>
        <translation>路径(&amp;H)</translation>
    </message>
    <message>
        <source>Mo&amp;de</source>
        <translation>权限(&amp;D)</translation>
    </message>
    <message>
        <source>Write the path of the socket, such as echo.sock.</source>
        <translation>请写出套接字的路径，例如 echo.sock。</translation>
    </message>
    <message>
        <source>Only you may connect.</source>
        <translation>只有您可以连接。</translation>
    </message>
    <message>
        <source>You and your group may connect.</source>
        <translation>您和您的组可以连接。</translation>
    </message>
    <message>
        <source>Every user of this computer may connect.</source>
        <translation>本机的每个用户都可以连接。</translation>
    </message>
    <message>
        <source>Octal, as for files: who may write may connect.</source>
        <translation>八进制，与文件相同：可写者可连接。</translation>
    </message>
</context>
<context>
    <name>UnmatchedModel</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Peer</source>
        <translation>对端</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
</context>
<context>
    <name>UnmatchedPanel</name>
    <message>
        <source>Make a &amp;rule from this</source>
        <translation>据此创建规则(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Try it in the tester</source>
        <translation>在测试中试用(&amp;T)</translation>
    </message>
    <message>
        <source>Every message was matched by a rule so far.</source>
        <translation>到目前为止，每条消息都有匹配的规则。</translation>
    </message>
    <message>
        <source>Messages that no rule matched</source>
        <translation>没有规则匹配的消息</translation>
    </message>
</context>
<context>
    <name>UserCodeForm</name>
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
    <message>
        <source>No program here opens {0}. Edit it by hand.</source>
        <translation>这里没有程序能打开 {0}。请手动编辑。</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Choose how bytes are read and the time is shown</source>
        <translation>选择如何解读字节、如何显示时间</translation>
    </message>
    <message>
        <source>Encoding of text</source>
        <translation>文本编码</translation>
    </message>
    <message>
        <source>Text as</source>
        <translation>文本编码</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>数据块</translation>
    </message>
    <message>
        <source>What each read and each write carried</source>
        <translation>每次读写所携带的内容</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>The same bytes, framed as messages</source>
        <translation>同样的字节，按消息分帧</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>流</translation>
    </message>
    <message>
        <source>The conversation of one connection</source>
        <translation>一个连接的对话</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
</context>
<context>
    <name>WindowFrame</name>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Connections ({0})</source>
        <translation>连接 ({0})</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
</context>
<context>
    <name>WrittenEdit</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>十六进制</translation>
    </message>
    <message>
        <source>Text or hex</source>
        <translation>文本或十六进制</translation>
    </message>
    <message>
        <source>Text has escapes such as \r\n and \x00, hex has two digits for each byte</source>
        <translation>文本可用 \r\n、\x00 等转义；十六进制每个字节两位数字</translation>
    </message>
</context>
<context>
    <name>_FactsView</name>
    <message>
        <source>Copy: {0}</source>
        <translation>复制：{0}</translation>
    </message>
</context>
<context>
    <name>_StepPage</name>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>To do</source>
        <translation>待完成</translation>
    </message>
</context>
</TS>
