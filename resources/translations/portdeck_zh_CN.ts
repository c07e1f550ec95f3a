<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Portdeck</source>
        <translation type="unfinished">关于 Portdeck</translation>
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
        <translation type="unfinished">已复制</translation>
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
        <translation type="unfinished">位置</translation>
    </message>
    <message>
        <source>&amp;Transport</source>
        <translation type="unfinished">传输(&amp;T)</translation>
    </message>
    <message>
        <source>Reac&amp;hable for</source>
        <translation type="unfinished">谁可访问(&amp;H)</translation>
    </message>
    <message>
        <source>Po&amp;rt</source>
        <translation type="unfinished">端口(&amp;R)</translation>
    </message>
    <message>
        <source>En&amp;dpoint</source>
        <translation type="unfinished">端点(&amp;D)</translation>
    </message>
    <message>
        <source>The program says where it listens, and who can reach it.</source>
        <translation>程序自己决定在哪里监听，以及谁可以访问。</translation>
    </message>
    <message>
        <source>With port 0 it gets any free port, another one at each start.</source>
        <translation type="unfinished">端口为 0 时取任一空闲端口，每次启动都不同。</translation>
    </message>
    <message>
        <source>Others on your network will be able to connect.</source>
        <translation type="unfinished">您网络上的其他人将能够连接。</translation>
    </message>
</context>
<context>
    <name>AppearancePage</name>
    <message>
        <source>As the system</source>
        <translation type="unfinished">跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished">浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished">深色</translation>
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
        <translation type="unfinished">蓝</translation>
    </message>
    <message>
        <source>Violet</source>
        <translation>紫罗兰</translation>
    </message>
    <message>
        <source>Pink</source>
        <translation type="unfinished">粉</translation>
    </message>
    <message>
        <source>Red</source>
        <translation type="unfinished">红</translation>
    </message>
    <message>
        <source>Amber</source>
        <translation>琥珀</translation>
    </message>
    <message>
        <source>Green</source>
        <translation type="unfinished">绿</translation>
    </message>
    <message>
        <source>Teal</source>
        <translation type="unfinished">青</translation>
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
    <name>Behaviour</name>
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
    <name>CaptureWindow</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>{0} – Portdeck capture</source>
        <translation>{0} – Portdeck 抓包</translation>
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
        <translation type="unfinished">消息</translation>
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
        <translation type="unfinished">路径</translation>
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
        <source>Interval (ms)</source>
        <translation>间隔（毫秒）</translation>
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
        <source>Else it ends with the close code.</source>
        <translation>否则发完后以关闭码结束。</translation>
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
        <source>Fragments of (bytes)</source>
        <translation>分片大小（字节）</translation>
    </message>
    <message>
        <source>In which messages are sent; 0 sends each as one frame.</source>
        <translation>消息按此大小分片发送；0 表示每条消息作为一个帧发送。</translation>
    </message>
    <message>
        <source>Ping every (s)</source>
        <translation>Ping 间隔（秒）</translation>
    </message>
    <message>
        <source>A client that does not answer until the next is closed; 0 sends none.</source>
        <translation>在下一次 Ping 之前没有应答的客户端会被关闭；0 表示不发送。</translation>
    </message>
    <message>
        <source>Longest message (bytes)</source>
        <translation>最长的消息（字节）</translation>
    </message>
    <message>
        <source>Inflated, if compressed; a longer one closes with 1009.</source>
        <translation>如有压缩则按解压后计；更长的消息以 1009 关闭连接。</translation>
    </message>
    <message>
        <source>Longest frame (bytes)</source>
        <translation>最长的帧（字节）</translation>
    </message>
    <message>
        <source>As it is sent; a longer one closes with 1009.</source>
        <translation>按传输时的大小计；更长的帧以 1009 关闭连接。</translation>
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
        <source>Rules that rewrite messages are in the profile, as [[listener.options.rewrite]]. Which messages are held is chosen in a window of its own: Listener, Held messages.</source>
        <translation>改写消息的规则在配置文件的 [[listener.options.rewrite]] 中。拦截哪些消息在单独的窗口中选择：“监听器 → 被拦截的消息”。</translation>
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
        <source>Connect within (seconds)</source>
        <translation>连接时限（秒）</translation>
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
        <translation type="unfinished">无</translation>
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
        <source>Whose files are served, without hidden ones; ~ is your home.</source>
        <translation>提供其中的文件，不含隐藏文件；~ 是您的主目录。</translation>
    </message>
    <message>
        <source>List folders</source>
        <translation>列出文件夹内容</translation>
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
        <source>Of every answer that is not a file, a line each.</source>
        <translation>用于每个不是文件的回答，每行一个。</translation>
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
        <source>Delay (ms)</source>
        <translation>延迟（毫秒）</translation>
    </message>
    <message>
        <source>Before every answer.</source>
        <translation>每次回答之前。</translation>
    </message>
    <message>
        <source>Longest body (bytes)</source>
        <translation>最长的正文（字节）</translation>
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
    <name>ClosingQuestion</name>
    <message>
        <source>Do not ask again (Settings, Start and end)</source>
        <translation>不再询问（设置 → 启动与退出）</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished">停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation type="unfinished">重启</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished">移除</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished">退出</translation>
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
        <translation type="unfinished">排空</translation>
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
        <translation type="unfinished">排列各列…</translation>
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
        <source>As at &amp;first</source>
        <translation>恢复最初(&amp;F)</translation>
    </message>
    <message>
        <source>Tick the columns to show. The first one in the list is the leftmost.</source>
        <translation>勾选要显示的列。列表中的第一列在最左边。</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
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
        <translation type="unfinished">监听器</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation type="unfinished">连接</translation>
    </message>
    <message>
        <source>Snippet</source>
        <translation type="unfinished">片段</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>设置</translation>
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
        <source>Nothing is called so.</source>
        <translation>没有这样的名称。</translation>
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
        <translation type="unfinished">显示它的流量</translation>
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
        <source>New console tab</source>
        <translation>新建控制台标签页</translation>
    </message>
    <message>
        <source>Filter connections</source>
        <translation>筛选连接</translation>
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
        <translation type="unfinished">控制台</translation>
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
        <source>Text as large as at first</source>
        <translation>恢复文字大小</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>指南</translation>
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
        <translation type="unfinished">复制地址</translation>
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
        <translation type="unfinished">控制台：{0}</translation>
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
        <source>None of the {0} connections passes the filter.</source>
        <translation>{0} 个连接都不符合筛选条件。</translation>
    </message>
    <message>
        <source>Nobody is connected to {0}.</source>
        <translation>没有人连接到 {0}。</translation>
    </message>
    <message>
        <source>Nobody is connected.
Connect to a listener that is on: with the console, nc or telnet.</source>
        <translation>没有人连接。
请用控制台、nc 或 telnet 连接到已启动的监听器。</translation>
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
        <source>Not kept: this is too long for a snippet.</source>
        <translation>没有保存：作为片段太长了。</translation>
    </message>
</context>
<context>
    <name>ConsolePage</name>
    <message>
        <source>Text</source>
        <translation type="unfinished">文本</translation>
    </message>
    <message>
        <source>Escapes</source>
        <translation type="unfinished">转义</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation type="unfinished">十六进制</translation>
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
        <source>Copy as hex</source>
        <translation type="unfinished">复制为十六进制</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation type="unfinished">复制为文本</translation>
    </message>
    <message>
        <source>Copy as hex dump</source>
        <translation type="unfinished">复制为十六进制转储</translation>
    </message>
    <message>
        <source>Copy as C array</source>
        <translation type="unfinished">复制为 C 数组</translation>
    </message>
    <message>
        <source>Copy as Python bytes</source>
        <translation type="unfinished">复制为 Python bytes</translation>
    </message>
    <message>
        <source>Send again through the console</source>
        <translation type="unfinished">通过控制台再次发送</translation>
    </message>
    <message>
        <source>Save as a snippet…</source>
        <translation type="unfinished">保存为片段…</translation>
    </message>
</context>
<context>
    <name>CopyAsMenu</name>
    <message>
        <source>Choose one listener</source>
        <translation type="unfinished">请选择一个监听器</translation>
    </message>
    <message>
        <source>Choose one of the places below it</source>
        <translation>请选择其下方的一个监听位置</translation>
    </message>
    <message>
        <source>Start it first: its address is not known yet</source>
        <translation type="unfinished">请先启动它：它的地址还未知</translation>
    </message>
    <message>
        <source>Twisted script</source>
        <translation type="unfinished">Twisted 脚本</translation>
    </message>
    <message>
        <source>Save as Twisted script…</source>
        <translation type="unfinished">另存为 Twisted 脚本…</translation>
    </message>
    <message>
        <source>Copied: {0}</source>
        <translation type="unfinished">已复制：{0}</translation>
    </message>
    <message>
        <source>Copied: {0} as a script for Python with Twisted.</source>
        <translation type="unfinished">已复制：{0}，作为使用 Twisted 的 Python 脚本。</translation>
    </message>
    <message>
        <source>Save as Twisted script</source>
        <translation type="unfinished">另存为 Twisted 脚本</translation>
    </message>
    <message>
        <source>Python files (*.py)</source>
        <translation type="unfinished">Python 文件 (*.py)</translation>
    </message>
    <message>
        <source>{0} is written. Run it with: python {1}</source>
        <translation type="unfinished">{0} 已写好。运行方法：python {1}</translation>
    </message>
    <message>
        <source>It cannot be written ({0}). Choose another place.</source>
        <translation type="unfinished">无法写入（{0}）。请选择别处。</translation>
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
        <translation type="unfinished">限制</translation>
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
        <translation type="unfinished">对端</translation>
    </message>
    <message>
        <source>Local address</source>
        <translation type="unfinished">本地地址</translation>
    </message>
    <message>
        <source>Open for</source>
        <translation type="unfinished">已连接</translation>
    </message>
    <message>
        <source>Idle for</source>
        <translation type="unfinished">空闲</translation>
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
        <source>Not read yet</source>
        <translation>尚未读取</translation>
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
        <source>{0} · {1} connected</source>
        <translation type="unfinished">{0} · {1} 个连接</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>当前连接</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation type="unfinished">连接</translation>
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
        <source>{0} is the profile of this window.</source>
        <translation type="unfinished">{0} 就是此窗口的配置。</translation>
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
    <name>ExportBar</name>
    <message>
        <source>Export the traffic</source>
        <translation type="unfinished">导出流量</translation>
    </message>
    <message>
        <source>traffic</source>
        <translation type="unfinished">traffic</translation>
    </message>
    <message>
        <source>Writing {0}</source>
        <translation type="unfinished">正在写入 {0}</translation>
    </message>
    <message>
        <source>Capture for Wireshark</source>
        <translation type="unfinished">Wireshark 捕获文件</translation>
    </message>
    <message>
        <source>JSON lines</source>
        <translation type="unfinished">JSON 行</translation>
    </message>
    <message>
        <source>Text</source>
        <translation type="unfinished">文本</translation>
    </message>
    <message>
        <source>Hex dump</source>
        <translation type="unfinished">十六进制转储</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation type="unfinished">收到的字节</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation type="unfinished">发出的字节</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation type="unfinished">导出进度</translation>
    </message>
    <message>
        <source>The export was cancelled; there is no file.</source>
        <translation type="unfinished">导出已取消，没有生成文件。</translation>
    </message>
    <message>
        <source>{0} is written. Chunks: {1}.</source>
        <translation type="unfinished">{0} 已写好。数据块：{1}。</translation>
    </message>
    <message>
        <source>Dropped from the log before their turn: {0}.</source>
        <translation type="unfinished">轮到之前已从记录中丢弃：{0}。</translation>
    </message>
    <message>
        <source>Cancel the export</source>
        <translation type="unfinished">取消导出</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished">关闭提示</translation>
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
    <name>FaultCommands</name>
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
        <translation type="unfinished">方向</translation>
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
        <source>Copy the line for a terminal</source>
        <translation>复制终端命令行</translation>
    </message>
    <message>
        <source>Close the three steps</source>
        <translation>关闭三步引导</translation>
    </message>
    <message>
        <source>Start {0}</source>
        <translation type="unfinished">启动 {0}</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation type="unfinished">连接</translation>
    </message>
    <message>
        <source>Send {0}</source>
        <translation type="unfinished">发送 {0}</translation>
    </message>
    <message>
        <source>{0} answered. That was all.</source>
        <translation>{0} 已应答。三步全部完成。</translation>
    </message>
    <message>
        <source>Or in a terminal:</source>
        <translation>或在终端中：</translation>
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
        <translation type="unfinished">{0} / {1}</translation>
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
        <source>Nothing is held now.
A connection that was opened while nothing was held or rewritten passes on as before.</source>
        <translation>目前没有被拦截的消息。
在未拦截也未改写时打开的连接仍照常转发。</translation>
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
    <name>Insight</name>
    <message>
        <source>Connect with the console</source>
        <translation>用控制台连接</translation>
    </message>
    <message>
        <source>Start all</source>
        <translation type="unfinished">全部启动</translation>
    </message>
    <message>
        <source>New listener…</source>
        <translation type="unfinished">新建监听器…</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation type="unfinished">停止录制</translation>
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
    <name>InterfaceChoice</name>
    <message>
        <source>This computer only</source>
        <translation type="unfinished">仅本机</translation>
    </message>
    <message>
        <source>This computer only, IPv6</source>
        <translation type="unfinished">仅本机，IPv6</translation>
    </message>
    <message>
        <source>This computer only, IPv4 and IPv6</source>
        <translation type="unfinished">仅本机，IPv4 和 IPv6</translation>
    </message>
    <message>
        <source>Everybody who reaches this computer</source>
        <translation type="unfinished">所有能访问本机的人</translation>
    </message>
    <message>
        <source>Everybody, IPv4 and IPv6</source>
        <translation type="unfinished">所有人，IPv4 和 IPv6</translation>
    </message>
    <message>
        <source>Everybody, IPv6</source>
        <translation type="unfinished">所有人，IPv6</translation>
    </message>
    <message>
        <source>The network on {0} ({1})</source>
        <translation type="unfinished">{0} 上的网络（{1}）</translation>
    </message>
    <message>
        <source>The address {0}</source>
        <translation type="unfinished">地址 {0}</translation>
    </message>
</context>
<context>
    <name>LanguagePage</name>
    <message>
        <source>As the system</source>
        <translation type="unfinished">跟随系统</translation>
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
    <name>ListenerActions</name>
    <message>
        <source>{0} was removed.</source>
        <translation type="unfinished">{0} 已移除。</translation>
    </message>
    <message>
        <source>{0} listeners were removed.</source>
        <translation type="unfinished">已移除 {0} 个监听器。</translation>
    </message>
    <message>
        <source>Undo brings back the listeners, not their connections ({0}).</source>
        <translation>撤销会恢复监听器，但不能恢复其连接（{0} 个）。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished">撤销</translation>
    </message>
    <message>
        <source>New connections of {0} run the code as it is now.</source>
        <translation type="unfinished">{0} 的新连接将运行现在的代码。</translation>
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
        <translation type="unfinished">限制</translation>
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
        <source>open to others</source>
        <translation>对他人开放</translation>
    </message>
    <message>
        <source>{0} over UDP</source>
        <translation>{0}（UDP）</translation>
    </message>
    <message>
        <source>{0}, traffic off</source>
        <translation>{0}，流量记录已关</translation>
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
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>ListenerSpec</name>
    <message>
        <source>Connections at &amp;most</source>
        <translation type="unfinished">最多连接数(&amp;M)</translation>
    </message>
    <message>
        <source>One more is told so, and turned away</source>
        <translation type="unfinished">超出者会被告知并拒绝</translation>
    </message>
    <message>
        <source>Connections from &amp;one address</source>
        <translation>来自同一地址的连接(&amp;O)</translation>
    </message>
    <message>
        <source>How many of the connections may come from the same address</source>
        <translation type="unfinished">同一地址最多可以有多少个连接</translation>
    </message>
    <message>
        <source>any number</source>
        <translation type="unfinished">不限</translation>
    </message>
    <message>
        <source>Close when &amp;idle</source>
        <translation type="unfinished">空闲时关闭(&amp;I)</translation>
    </message>
    <message>
        <source>For how long nothing may cross a connection, in or out, until it is closed</source>
        <translation type="unfinished">连接在双向都没有数据多久之后被关闭</translation>
    </message>
    <message>
        <source> s</source>
        <translation type="unfinished"> 秒</translation>
    </message>
    <message>
        <source>never</source>
        <translation type="unfinished">从不</translation>
    </message>
    <message>
        <source>after 30 s</source>
        <translation>30 秒后</translation>
    </message>
    <message>
        <source>Most &amp;unsent data</source>
        <translation>最多未发数据(&amp;U)</translation>
    </message>
    <message>
        <source>A peer that does not read is closed once more than this waits for it</source>
        <translation type="unfinished">不读取数据的对端，积压超过此值即被关闭</translation>
    </message>
    <message>
        <source> KiB</source>
        <translation type="unfinished"> KiB</translation>
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
        <translation type="unfinished">随 Portdeck 一起启动(&amp;G)</translation>
    </message>
    <message>
        <source>O&amp;bserve in Traffic what crosses it</source>
        <translation type="unfinished">在流量中观察经过它的数据(&amp;B)</translation>
    </message>
    <message>
        <source>Off, its chunks are counted and not kept, from now on and without a restart</source>
        <translation type="unfinished">关闭后，它的数据块只计数不保留，立即生效，无需重启</translation>
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
    <name>LocalCaCommands</name>
    <message>
        <source>Export the CA certificate</source>
        <translation type="unfinished">导出 CA 证书</translation>
    </message>
    <message>
        <source>PEM files (*.pem *.crt)</source>
        <translation type="unfinished">PEM 文件 (*.pem *.crt)</translation>
    </message>
    <message>
        <source>{0} cannot be written ({1}). Choose another place.</source>
        <translation type="unfinished">无法写入 {0}（{1}）。请选择别处。</translation>
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
        <translation type="unfinished">日志（{0} 条新）</translation>
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
        <source>Connections ({0})</source>
        <translation>连接 ({0})</translation>
    </message>
    <message>
        <source>Connections ({0} of {1})</source>
        <translation>连接 ({0} / {1})</translation>
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
        <source>&amp;Recent profiles</source>
        <translation>最近的配置(&amp;R)</translation>
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
        <source>&amp;Columns</source>
        <translation>列(&amp;C)</translation>
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
        <source>&amp;Copy as</source>
        <translation>复制为(&amp;C)</translation>
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
    <name>NotationPicker</name>
    <message>
        <source>Text</source>
        <translation type="unfinished">文本</translation>
    </message>
    <message>
        <source>Escapes</source>
        <translation type="unfinished">转义</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation type="unfinished">十六进制</translation>
    </message>
    <message>
        <source>How the input is meant</source>
        <translation type="unfinished">如何理解输入</translation>
    </message>
    <message>
        <source>Text: as it is typed
Escapes: \r \n \t \0 \\ \x1b \u00a0 stand for what they say
Hex: bytes such as 48 65 6c, or 0x48, 0x65</source>
        <translation type="unfinished">文本：按输入的原样
转义：\r \n \t \0 \\ \x1b \u00a0 表示相应的字符
十六进制：如 48 65 6c 或 0x48, 0x65 的字节</translation>
    </message>
    <message>
        <source>Line ending</source>
        <translation type="unfinished">行尾</translation>
    </message>
    <message>
        <source>What is sent at the end of each line. Hex is sent as it stands.</source>
        <translation type="unfinished">每行末尾发送的内容。十六进制按原样发送。</translation>
    </message>
</context>
<context>
    <name>Notifications</name>
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
        <source>Only while the window is not in front.</source>
        <translation>仅当窗口不在最前时。</translation>
    </message>
    <message>
        <source>This desktop shows no notifications of programs.</source>
        <translation>此桌面不显示程序的通知。</translation>
    </message>
</context>
<context>
    <name>Offers</name>
    <message>
        <source>Show the log</source>
        <translation type="unfinished">显示日志</translation>
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
        <source>All listeners</source>
        <translation type="unfinished">所有监听器</translation>
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
        <translation type="unfinished">放弃它们，改为输入</translation>
    </message>
    <message>
        <source>Let go of what was pasted</source>
        <translation type="unfinished">放弃粘贴的内容</translation>
    </message>
    <message>
        <source>{0}, too long to edit: sent exactly as they are</source>
        <translation type="unfinished">{0}，太长不便编辑：将原样发送</translation>
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
    <message>
        <source>How it is meant: text, expression or hex; the case</source>
        <translation>如何理解：文本、表达式或十六进制；是否区分大小写</translation>
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
    <name>PreferencePage</name>
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
        <translation type="unfinished">语言</translation>
    </message>
    <message>
        <source>Listeners at the start</source>
        <translation>启动时的监听器</translation>
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
        <translation type="unfinished">行尾</translation>
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
        <source>Least level</source>
        <translation>最低级别</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Appearance</source>
        <translation type="unfinished">外观</translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished">语言</translation>
    </message>
    <message>
        <source>Start and end</source>
        <translation>启动与退出</translation>
    </message>
    <message>
        <source>Console</source>
        <translation type="unfinished">控制台</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation type="unfinished">流量</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished">日志</translation>
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
    <name>ProfileExchange</name>
    <message>
        <source>Import listeners from a profile</source>
        <translation type="unfinished">从配置导入监听器</translation>
    </message>
    <message>
        <source>
… and {0} more</source>
        <translation type="unfinished">
……还有 {0} 个</translation>
    </message>
    <message>
        <source>There is no listener to import in {0}.</source>
        <translation type="unfinished">{0} 中没有可导入的监听器。</translation>
    </message>
    <message>
        <source>Listeners of {0} to add to this profile:</source>
        <translation type="unfinished">要加入此配置的 {0} 中的监听器：</translation>
    </message>
    <message>
        <source>What has mistakes cannot be taken:</source>
        <translation type="unfinished">有错误的不能导入：</translation>
    </message>
    <message>
        <source>Import listeners</source>
        <translation type="unfinished">导入监听器</translation>
    </message>
    <message>
        <source>Import</source>
        <translation type="unfinished">导入</translation>
    </message>
    <message>
        <source>will be called {0}</source>
        <translation type="unfinished">将命名为 {0}</translation>
    </message>
    <message>
        <source>listens where {0} does</source>
        <translation type="unfinished">监听地址与 {0} 相同</translation>
    </message>
    <message>
        <source>runs the code in {0}</source>
        <translation>运行 {0} 中的代码</translation>
    </message>
    <message>
        <source>Imported from {0}: {1}.</source>
        <translation type="unfinished">已从 {0} 导入：{1}。</translation>
    </message>
    <message>
        <source>{0} cannot be on at once with {1}: give it another port.</source>
        <translation type="unfinished">{0} 不能与 {1} 同时打开：请给它另一个端口。</translation>
    </message>
    <message>
        <source>… and {0} more like it</source>
        <translation type="unfinished">……还有 {0} 个类似的</translation>
    </message>
    <message>
        <source>Listeners to write to a profile of their own:</source>
        <translation type="unfinished">要写入单独配置的监听器：</translation>
    </message>
    <message>
        <source>Export a profile</source>
        <translation type="unfinished">导出配置</translation>
    </message>
    <message>
        <source>Choose the file…</source>
        <translation type="unfinished">选择文件…</translation>
    </message>
    <message>
        <source>Export a profile as</source>
        <translation type="unfinished">导出配置为</translation>
    </message>
    <message>
        <source>{0} is the profile of this window. Choose another file.</source>
        <translation type="unfinished">{0} 是此窗口的配置。请选择另一个文件。</translation>
    </message>
    <message>
        <source>Written to {0}: {1}.</source>
        <translation type="unfinished">已写入 {0}：{1}。</translation>
    </message>
    <message>
        <source>Profiles (*.toml);;All files (*)</source>
        <translation type="unfinished">配置 (*.toml);;所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>ProgramCommands</name>
    <message>
        <source>Open a Twisted program</source>
        <translation>打开 Twisted 程序</translation>
    </message>
    <message>
        <source>Twisted programs (*.py *.pyw *.tac);;All files (*)</source>
        <translation>Twisted 程序 (*.py *.pyw *.tac);;所有文件 (*)</translation>
    </message>
    <message>
        <source>{0} has a space in its name. Rename it, or write it in the form.</source>
        <translation>{0} 的名称中有空格。请重命名，或在表单中填写。</translation>
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
    <message>
        <source>The path of a program must have no space after .py or .tac.</source>
        <translation>程序的路径在 .py 或 .tac 之后不能有空格。</translation>
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
        <source>Most received ↓ {0}, sent ↑ {1}</source>
        <translation>最高：收到 ↓ {0}，发出 ↑ {1}</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
    <message>
        <source>Plot the last {0} minutes</source>
        <translation>绘制最近 {0} 分钟</translation>
    </message>
</context>
<context>
    <name>RecordingBar</name>
    <message>
        <source>Stop recording</source>
        <translation type="unfinished">停止录制</translation>
    </message>
    <message>
        <source>Record the traffic to a file</source>
        <translation type="unfinished">把流量录制到文件</translation>
    </message>
    <message>
        <source>Recordings (*.{0})</source>
        <translation type="unfinished">录制文件 (*.{0})</translation>
    </message>
    <message>
        <source>Recording to {0}: {1}</source>
        <translation type="unfinished">正在录制到 {0}：{1}</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished">关闭提示</translation>
    </message>
    <message>
        <source>{0} Recorded until then: {1}</source>
        <translation type="unfinished">{0} 到此为止已录制：{1}</translation>
    </message>
    <message>
        <source>{0} is written: {1}</source>
        <translation type="unfinished">{0} 已写好：{1}</translation>
    </message>
    <message>
        <source>{0} chunks, {1}</source>
        <translation type="unfinished">{0} 个数据块，{1}</translation>
    </message>
    <message>
        <source>the disk was too slow for {0} chunks</source>
        <translation type="unfinished">磁盘太慢，漏掉 {0} 个数据块</translation>
    </message>
</context>
<context>
    <name>RecordingSign</name>
    <message>
        <source>Stop</source>
        <translation type="unfinished">停止</translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished">打开</translation>
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
        <translation type="unfinished">停止录制</translation>
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
        <translation type="unfinished">关闭提示</translation>
    </message>
    <message>
        <source>Recording {0} · {1}</source>
        <translation>正在录制 {0} · {1}</translation>
    </message>
</context>
<context>
    <name>RecordingWindow</name>
    <message>
        <source>{0} – recording</source>
        <translation>{0} – 录制</translation>
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
    <name>Renewal</name>
    <message>
        <source>Language</source>
        <translation type="unfinished">语言</translation>
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
    <name>RowMenu</name>
    <message>
        <source>Follow the stream</source>
        <translation>跟踪流</translation>
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
        <source>that of a new connection</source>
        <translation>新连接的状态</translation>
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
        <source>&amp;Add a rule</source>
        <translation>添加规则(&amp;A)</translation>
    </message>
    <message>
        <source>Duplicate the rule</source>
        <translation>复制规则</translation>
    </message>
    <message>
        <source>Try it earlier</source>
        <translation>更早尝试</translation>
    </message>
    <message>
        <source>Try it later</source>
        <translation>更晚尝试</translation>
    </message>
    <message>
        <source>Remove the rule</source>
        <translation>删除规则</translation>
    </message>
    <message>
        <source>&amp;Count anew</source>
        <translation>重新计数(&amp;C)</translation>
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
        <translation type="unfinished">{0}：{1}。下次更改时会把此文件移到一旁。</translation>
    </message>
    <message>
        <source>There are {0} snippets: remove some.</source>
        <translation type="unfinished">已有 {0} 个片段：请移除一些。</translation>
    </message>
    <message>
        <source>The snippets are in {0}.</source>
        <translation type="unfinished">片段已存入 {0}。</translation>
    </message>
    <message>
        <source>{0} of {1} snippets are new.</source>
        <translation type="unfinished">{1} 个片段中有 {0} 个是新的。</translation>
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
        <translation type="unfinished">{0} / {1}</translation>
    </message>
    <message>
        <source>{0} connections</source>
        <translation type="unfinished">{0} 个连接</translation>
    </message>
    <message>
        <source>all of {0}</source>
        <translation type="unfinished">{0} 的全部</translation>
    </message>
</context>
<context>
    <name>SetForm</name>
    <message>
        <source>Delimiter, with escapes</source>
        <translation>分隔符，可用转义</translation>
    </message>
    <message>
        <source>counts itself</source>
        <translation>包含自身</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>行</translation>
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
        <source>How messages are told apart</source>
        <translation>如何划分消息</translation>
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
        <source>{0} bytes</source>
        <translation>{0} 字节</translation>
    </message>
    <message>
        <source>Bytes of the length</source>
        <translation>长度占用的字节数</translation>
    </message>
    <message>
        <source>big end first</source>
        <translation>大端序</translation>
    </message>
    <message>
        <source>little end first</source>
        <translation>小端序</translation>
    </message>
    <message>
        <source>Byte order</source>
        <translation>字节序</translation>
    </message>
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
    <message>
        <source>Type what ends a message, such as \n</source>
        <translation>请输入消息的结束符，例如 \n</translation>
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
        <source>No shortcut is called so.</source>
        <translation>没有这样的快捷键。</translation>
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
        <translation type="unfinished">发送</translation>
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
        <translation type="unfinished">撤销</translation>
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
        <translation type="unfinished">搜索监听器</translation>
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
        <translation type="unfinished">监听器</translation>
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
        <source>Keeps Portdeck running in the tray</source>
        <translation>让 Portdeck 在托盘中继续运行</translation>
    </message>
    <message>
        <source>Asks before a command closes them</source>
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
        <translation type="unfinished">{1} 个中有 {0} 个在监听</translation>
    </message>
    <message>
        <source>1 connection</source>
        <translation type="unfinished">1 个连接</translation>
    </message>
    <message>
        <source>{0} connections</source>
        <translation type="unfinished">{0} 个连接</translation>
    </message>
    <message>
        <source>, {0} refused</source>
        <translation type="unfinished">，拒绝 {0}</translation>
    </message>
    <message>
        <source>loopback only</source>
        <translation type="unfinished">仅本机回环</translation>
    </message>
    <message>
        <source>others can reach {0}</source>
        <translation type="unfinished">他人可访问 {0}</translation>
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
        <source>listener, host:port, tls:… udp:… or unix:…</source>
        <translation>监听器、主机:端口、tls:…、udp:… 或 unix:…</translation>
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
    <name>TrafficFindBar</name>
    <message>
        <source>Find…</source>
        <translation type="unfinished">查找…</translation>
    </message>
    <message>
        <source>Text of the data</source>
        <translation>数据中的文本</translation>
    </message>
    <message>
        <source>Find the one before (Shift+F3)</source>
        <translation type="unfinished">查找上一个 (Shift+F3)</translation>
    </message>
    <message>
        <source>Find the next one (F3)</source>
        <translation type="unfinished">查找下一个 (F3)</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished">{0} / {1}</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation type="unfinished">找到 {0} 个</translation>
    </message>
    <message>
        <source>none found</source>
        <translation type="unfinished">没有找到</translation>
    </message>
    <message>
        <source>{0} searching…</source>
        <translation type="unfinished">{0}，查找中…</translation>
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
        <source>Not as the framing has it.</source>
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
        <translation type="unfinished"> MiB</translation>
    </message>
    <message>
        <source>The oldest is dropped when one of the two is reached, and counted. The views of messages may take as much again while they are on show.</source>
        <translation type="unfinished">达到两者之一时，最旧的会被丢弃并计数。显示消息视图时可能再占用同样多的内存。</translation>
    </message>
    <message>
        <source>With this, Portdeck takes about {0} MiB at most: {1} MiB for traffic, about {2} MiB for the window itself, and some {3} MiB for names and the log.</source>
        <translation>这样 Portdeck 最多约占 {0} MiB：流量 {1} MiB，窗口本身约 {2} MiB，名称和日志约 {3} MiB。</translation>
    </message>
    <message>
        <source>Kept now: {0} chunks, {1}.</source>
        <translation type="unfinished">现在保留：{0} 个数据块，{1}。</translation>
    </message>
    <message>
        <source>The oldest were dropped, to fit: {0} chunks.</source>
        <translation type="unfinished">为符合限制，最旧的已丢弃：{0} 个数据块。</translation>
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
        <translation type="unfinished">时间</translation>
    </message>
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
        <source>Nothing is as the filter wants it.</source>
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
        <source>Wait until the export under way is written, or cancel it.</source>
        <translation>请等待正在进行的导出写完，或者取消它。</translation>
    </message>
    <message>
        <source>Nothing was recorded.</source>
        <translation>没有录制到任何内容。</translation>
    </message>
</context>
<context>
    <name>TrafficStatusBar</name>
    <message>
        <source>{0} kept, {1}</source>
        <translation type="unfinished">保留 {0}，{1}</translation>
    </message>
    <message>
        <source>{0} shown</source>
        <translation type="unfinished">显示 {0}</translation>
    </message>
    <message>
        <source>{0} dropped, {1}</source>
        <translation type="unfinished">丢弃 {0}，{1}</translation>
    </message>
    <message>
        <source>{0} cleared, {1}</source>
        <translation type="unfinished">清除 {0}，{1}</translation>
    </message>
    <message>
        <source>paused, {0} newer</source>
        <translation type="unfinished">已暂停，有 {0} 个更新的</translation>
    </message>
    <message>
        <source>messages: {0}</source>
        <translation type="unfinished">消息：{0}</translation>
    </message>
    <message>
        <source>framing, {0} %</source>
        <translation type="unfinished">正在分帧，{0} %</translation>
    </message>
    <message>
        <source>{0} of unfinished ones</source>
        <translation type="unfinished">未完成的 {0}</translation>
    </message>
    <message>
        <source>messages dropped: {0}</source>
        <translation type="unfinished">丢弃的消息：{0}</translation>
    </message>
    <message>
        <source>chunks not framed: {0}</source>
        <translation type="unfinished">未分帧的数据块：{0}</translation>
    </message>
    <message>
        <source>Record to a file</source>
        <translation type="unfinished">录制到文件</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation type="unfinished">停止录制</translation>
    </message>
    <message>
        <source>Hold the view still; nothing is lost</source>
        <translation type="unfinished">冻结视图；不会丢失任何内容</translation>
    </message>
    <message>
        <source>Forget the traffic so far</source>
        <translation type="unfinished">清除目前的流量</translation>
    </message>
    <message>
        <source>Export to a file</source>
        <translation type="unfinished">导出到文件</translation>
    </message>
    <message>
        <source>Show the bytes beside the rows</source>
        <translation>在行旁显示字节</translation>
    </message>
    <message>
        <source>Time of day</source>
        <translation type="unfinished">时刻</translation>
    </message>
    <message>
        <source>Seconds since the first</source>
        <translation type="unfinished">自第一个起的秒数</translation>
    </message>
    <message>
        <source>Seconds since the row above</source>
        <translation type="unfinished">自上一行起的秒数</translation>
    </message>
    <message>
        <source>What the time column says</source>
        <translation type="unfinished">时间列显示什么</translation>
    </message>
    <message>
        <source>1 chunk</source>
        <translation type="unfinished">1 个数据块</translation>
    </message>
    <message>
        <source>{0} chunks</source>
        <translation type="unfinished">{0} 个数据块</translation>
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
        <translation type="unfinished">在记录中查找…</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation type="unfinished">在记录中查找</translation>
    </message>
    <message>
        <source>The place before (Shift+Enter)</source>
        <translation type="unfinished">上一处 (Shift+Enter)</translation>
    </message>
    <message>
        <source>The next place (Enter)</source>
        <translation type="unfinished">下一处 (Enter)</translation>
    </message>
    <message>
        <source>Close the search (Esc)</source>
        <translation type="unfinished">关闭查找 (Esc)</translation>
    </message>
    <message>
        <source>none found</source>
        <translation type="unfinished">没有找到</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished">{0} / {1}</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation type="unfinished">找到 {0} 个</translation>
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
        <source>More about the transcript</source>
        <translation>更多记录选项</translation>
    </message>
    <message>
        <source>Text or hex, copy, save</source>
        <translation>文本或十六进制、复制、保存</translation>
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
        <translation type="unfinished">TCP</translation>
    </message>
    <message>
        <source>TLS over TCP</source>
        <translation type="unfinished">TCP 上的 TLS</translation>
    </message>
    <message>
        <source>UDP</source>
        <translation type="unfinished">UDP</translation>
    </message>
    <message>
        <source>Unix socket</source>
        <translation type="unfinished">Unix 套接字</translation>
    </message>
    <message>
        <source>Where the program listens</source>
        <translation>程序监听的位置</translation>
    </message>
    <message>
        <source>Advanced: a Twisted endpoint</source>
        <translation type="unfinished">高级：Twisted 端点</translation>
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
        <translation type="unfinished">退出</translation>
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
        <translation type="unfinished">选择…</translation>
    </message>
    <message>
        <source>New file…</source>
        <translation type="unfinished">新建文件…</translation>
    </message>
    <message>
        <source>Choose a Python file with a Twisted DatagramProtocol.</source>
        <translation type="unfinished">选择含有 Twisted DatagramProtocol 的 Python 文件。</translation>
    </message>
    <message>
        <source>Choose a Python file with a Twisted Protocol or Factory.</source>
        <translation type="unfinished">选择含有 Twisted Protocol 或 Factory 的 Python 文件。</translation>
    </message>
    <message>
        <source>Python file</source>
        <translation type="unfinished">Python 文件</translation>
    </message>
    <message>
        <source>What serves, in the file</source>
        <translation type="unfinished">文件中提供服务的对象</translation>
    </message>
    <message>
        <source>Write a short server to begin with, and open it</source>
        <translation type="unfinished">写一个简短的服务器作为开头，并打开它</translation>
    </message>
    <message>
        <source>Choose a file whose name ends in .py.</source>
        <translation type="unfinished">请选择名称以 .py 结尾的文件。</translation>
    </message>
    <message>
        <source>There is no Twisted DatagramProtocol to serve UDP with in it.</source>
        <translation type="unfinished">其中没有可用于 UDP 的 Twisted DatagramProtocol。</translation>
    </message>
    <message>
        <source>There is no Twisted Protocol, Factory or function to serve with in it.</source>
        <translation type="unfinished">其中没有可提供服务的 Twisted Protocol、Factory 或函数。</translation>
    </message>
    <message>
        <source>Choose a Python file</source>
        <translation type="unfinished">选择 Python 文件</translation>
    </message>
    <message>
        <source>Write a new Python file</source>
        <translation type="unfinished">写一个新的 Python 文件</translation>
    </message>
    <message>
        <source>Python files (*.py)</source>
        <translation type="unfinished">Python 文件 (*.py)</translation>
    </message>
    <message>
        <source>No program here opens {0}. Edit it by hand.</source>
        <translation type="unfinished">这里没有程序能打开 {0}。请手动编辑。</translation>
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
</TS>
