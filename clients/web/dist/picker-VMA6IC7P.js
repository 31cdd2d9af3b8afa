import{a as D}from"/chunk-25VXODPT.js";import{a as C}from"/chunk-H6F34BTZ.js";import{k as M,n as K,o as R,p as l}from"/chunk-BDNAV5OW.js";import{c as P,g as G,h as B,i as q,j as L,l as J,p as k}from"/chunk-YNTG6QO5.js";import"/chunk-TGAN74K4.js";var U="anser.emoji.recent",$="anser.emoji.tone";function T(){try{let a=JSON.parse(localStorage.getItem(U)??"[]");return Array.isArray(a)?a.filter(o=>typeof o=="string"&&o.length<=40).slice(0,24):[]}catch{return[]}}function F(a){try{localStorage.setItem(U,JSON.stringify([a,...T().filter(o=>o!==a)].slice(0,24)))}catch{}}function H(){try{let a=Number(localStorage.getItem($));return a>=0&&a<=5?Math.floor(a):0}catch{return 0}}function V(a){try{localStorage.setItem($,String(a))}catch{}}function W(a,o){let n=[],t=0;for(let r of a.filter(e=>e.emoji.length)){r.title&&n.push({title:r.title,group:r.group,cells:[]});for(let e=0;e<r.emoji.length;e+=o)n.push({group:r.group,cells:r.emoji.slice(e,e+o).map(s=>({...s,place:t++}))})}return n}function z(a,o){return a.findIndex(n=>n.cells.some(t=>t.place===o))}function I(a,o,n){let t=z(a,o),r=a[t]?.cells.findIndex(e=>e.place===o)??0;for(let e=t+n;e>=0&&e<a.length;e+=n){let s=a[e]?.cells??[];if(s.length)return(s[r]??s[s.length-1])?.place??o}return o}var Z=`smileys
😀		grinning face	嘿嘿	cheerful cheery happy laugh nice	笑脸 高兴
😃		grinning face with big eyes	哈哈	awesome happy mouth open smile	太棒了 开口笑脸 高兴
😄		grinning face with smiling eyes	大笑	happy laugh lol mouth open	哈哈 开口而笑的脸 开心 露齿而笑 高兴
😁		beaming face with smiling eyes	嘻嘻	grinning happy nice smile teeth	笑脸 笑颜 露齿而笑
😆		grinning squinting face	斜眼笑	closed eyes hahaha happy laugh	咧嘴笑 哈哈 开心 眯眼大笑 脸
😅		grinning face with sweat	苦笑	cold dejected excited mouth nervous	出汗 开口冒冷汗的脸 泄气 紧张
🤣		rolling on the floor laughing	笑得满地打滚	crying face funny haha happy	乐翻了 哈哈 地板 太扯了 满地打滚的笑
😂		face with tears of joy	笑哭了	crying feels funny haha happy	喜极而泣 大笑 眼泪 脸
🙂		slightly smiling face	呵呵	happy smile	开心 浅笑的脸
🙃		upside-down face	倒脸	hehe smile	好玩 好笑 颠倒的脸
🫠		melting face	融化	disappear dissolve embarrassed haha heat	冷笑 哈哈 尴尬 微笑 消失
😉		winking face	眨眼	flirt heartbreaker sexy slide tease	媚眼 撩拨 眨眼的脸 笑
😊		smiling face with smiling eyes	羞涩微笑	blush glad satisfied smile	害羞 满意 笑脸相迎 脸红
😇		smiling face with halo	微笑天使	angelic angels blessed fairytale fantasy	天真 幻想 顶罩光环的笑脸
🥰		smiling face with hearts	喜笑颜开	3 adore crush ily love	三颗爱心的笑脸 我爱你 爱慕 相爱 迷恋
😍		smiling face with heart-eyes	花痴	143 bae feels hearts ily	我爱你 红心 脸
🤩		star-struck	好崇拜哦	excited eyes face grinning smile	兴奋 咧嘴笑 满天星 满眼星 脸
😘		face blowing a kiss	飞吻	adorbs bae flirt heart ily	亲亲 想你 我爱你 眨眼 脸
😗		kissing face	亲亲	143 date dating flirt ily	亲吻 脸
☺️		smiling face	微笑	happy outlined relaxed smile	呵呵 开心 放松 脸
😚		kissing face with closed eyes	羞涩亲亲	143 bae blush date dating	我爱你 脸 闭眼亲吻
😙		kissing face with smiling eyes	微笑亲亲	143 closed date dating flirt	笑颜亲吻 脸
🥲		smiling face with tear	含泪的笑脸	glad grateful happy joy pain	喜悦 喜极而泣 幸福 微笑的 感动的
😋		face savoring food	好吃	delicious eat full hungry smile	哈喇子 津津有味 流口水 美味 脸
😛		face with tongue	吐舌	awesome cool nice party stuck-out	吐舌头的脸 太好了 调皮
😜		winking face with tongue	单眼吐舌	crazy epic eye funny joke	古怪 开玩笑 怪人 挤眉弄眼 脸
🤪		zany face	滑稽	crazy eyes goofy large small	大小眼 大眼 滑稽的脸 疯狂的脸 疯眼
😝		squinting face with tongue	眯眼吐舌	closed eyes gross horrible omg	可怕 尝 眼睛 脸 都好
🤑		money-mouth face	发财	paid	拜金 脸 见钱眼开 金钱至上
🤗		smiling face with open hands	抱抱	hugging	拥抱 笑 脸
🤭		face with hand over mouth	不说	giggle giggling oops realization secret	不可说 吃吃傻笑 哎呀 意外 捂嘴而笑
🫢		face with open eyes and hand over mouth	睁眼捂嘴	amazement awe disbelief embarrass gasp	哇塞 哑口无言 害怕 尴尬 怀疑
🫣		face with peeking eye	偷看	captivated embarrass hide hiding peep	偷窥 凝视 害怕 害羞 尴尬
🤫		shushing face	安静的脸	quiet shh	嘘声手势的脸
🤔		thinking face	想一想	chin consider hmm pondering wondering	思考 想事情 脸
🫡		saluting face	致敬	good luck ma’am ok respect	军队 好的 收到 敬礼 是
🤐		zipper-mouth face	闭嘴	keep quiet secret shut	住嘴 封口 秘密 脸
🤨		face with raised eyebrow	挑眉	disapproval disbelief distrust emoji hmm	不信任 不敢置信 不赞同 怀疑 氧起眉毛的脸
😐️		neutral face	冷漠	awkward blank deadpan expressionless fine	无感 脸 表情空洞 面无表情
😑		expressionless face	无语	awkward dead fine inexpressive jealous	没有反应 绷着脸 茫然 面无表情
😶		face without mouth	沉默	awkward blank expressionless mouthless mute	安静 没嘴 秘密 脸
🫥		dotted line face	虚线脸	depressed disappear hidden hide introvert	内向 无所谓 沮丧 消失 隐形
😶‍🌫️		face in clouds	迷茫	absentminded fog head	
😏		smirking face	得意	boss dapper flirt homie kidding	假笑 冷笑 得意的笑 脸 诡异地笑
😒		unamused face	不高兴	... bored fine jealous jelly	不屑 不服 不爽的脸 郁闷 鄙视
🙄		face with rolling eyes	翻白眼	eyeroll shade ugh whatever	不敢苟同 无语 脸 随便啦
😬		grimacing face	龇牙咧嘴	awkward dentist grimace grinning smile	咬牙切齿 尴尬 牙医 露齿而笑 鬼脸
😮‍💨		face exhaling	呼气	blowing exhale exhausted gasp groan	叹息 叹气 吹气 呼气的脸 唉
🤥		lying face	说谎	liar lie pinocchio	匹诺曹 长鼻子脸
🫨		shaking face	颤抖	crazy daze earthquake omg panic	哇 地震 天啊 惊喜 惊慌
😌		relieved face	松了口气	calm peace relief zen	如释重负 松口气 脸 蝉
😔		pensive face	沉思	awful bored dejected died disappointed	失落 心事重重 忧虑 脸
😪		sleepy face	困	crying good night sad sleeping	哭 想睡 满脸睡容 疲惫 睡觉
🤤		drooling face	流口水		垂涎三尺 流口水的脸
😴		sleeping face	睡着了	bedtime goodnight nap night tired	呼噜 小睡 想睡 打呼 晚安
😷		face with medical mask	感冒	cold dentist dermatologist doctor dr	医生 戴口罩的脸 生病 病菌
🤒		face with thermometer	发烧	ill sick	咬着体温计的脸 温度计 生病 量体温
🤕		face with head-bandage	受伤	hurt injury ouch	头绑绷带 打绷带 脸
🤢		nauseated face	恶心	gross nasty sick vomit	吐 恶心作呕的脸 脸绿了
🤮		face vomiting	呕吐	barf ew gross puke sick	不舒服 呕吐的脸 生病 病容 病恹恹
🤧		sneezing face	打喷嚏	fever flu gesundheit sick sneeze	打喷嚏的脸 生病 鼻涕
🥵		hot face	脸发烧	dying feverish heat panting red-faced	中暑 冒汗 出汗 发热 吐舌
🥶		cold face	冷脸	blue-faced freezing frostbite icicles subzero	冰柱 冷冰冰 冻僵 满面寒霜 脸色发青
🥴		woozy face	头昏眼花	dizzy drunk eyes intoxicated mouth	两眼不平 喝醉 嘴唇颤抖 头晕目眩 头晕眼花
😵		face with crossed-out eyes	晕头转向	dead dizzy feels knocked sick	头晕眼花 晕头的脸
😵‍💫		face with spiral eyes	晕	confused dizzy hypnotized omg smiley	哇 哎呀 头晕 笑脸 迷糊
🤯		exploding head	爆炸头	blown explode mindblown no shocked	不可能 印象深刻 吓到了 惊吓 震惊
🤠		cowboy hat face	牛仔帽脸	cowgirl	
🥳		partying face	聚会笑脸	bday birthday celebrate celebration excited	号角 喝彩 帽子 庆祝 派对
🥸		disguised face	伪装的脸	eyebrow glasses incognito moustache mustache	人物 眉毛 眼镜 胡子 间谍
😎		smiling face with sunglasses	墨镜笑脸	awesome beach bright bro chilling	太阳镜 眼镜 耶 酷
🤓		nerd face	书呆子脸	brainy clever expert geek gifted	专家 天才 奇葩 宅男 极客
🧐		face with monocle	带单片眼镜的脸	classy fancy rich stuffy wealthy	古板 奢华 富有 戴单眼镜的脸
😕		confused face	困扰	befuddled confusing dunno frown hm	不懂 不确定 困惑 疑惑 脸
🫤		face with diagonal mouth	郁闷	confused confusion disappointed doubtful frustrated	不相信 不确定 困惑 失望 怀疑
😟		worried face	担心	anxious butterflies nerves nervous sad	不高兴 伤心 忧心的脸 意外 担忧
🙁		slightly frowning face	微微不满	sad	不开心 不高兴的脸 小委屈 心情不好
☹️		frowning face	不满	sad	不爽 不高兴 委屈 皱眉的脸
😮		face with open mouth	吃惊	believe forgot omg shocked surprised	同情 啊 忘记 我不信 我的天
😯		hushed face	缄默	epic omg stunned surprised whoa	吃惊 哦 我的天 脸 静而无语
😲		astonished face	震惊	cost no omg shocked totally	不可以 惊讶的脸 没可能 绝不
😳		flushed face	脸红	amazed awkward crazy dazed dead	困惑 天呀 害羞 羞涩 茫然
🥺		pleading face	恳求的脸	begging big eyes mercy not	可怜兮兮的眼神 大眼睛 小狗的脸 怜悯 祈求的脸
🥹		face holding back tears	忍住泪水	admiration aww cry embarrassed feelings	哭泣 喜极而泣 尴尬 悲伤 情绪
😦		frowning face with open mouth	啊	caught guard scared scary surprise	惊讶 意外 目瞪口呆 脸
😧		anguished face	极度痛苦	forgot scared scary stressed surprise	痛啊 脸 难受
😨		fearful face	害怕	afraid anxious blame scared worried	不安 恐怖 恐惧 脸
😰		anxious face with sweat	冷汗	blue cold eek mouth nervous	张嘴冒冷汗的脸 惊讶 无语 焦虑 紧张
😥		sad but relieved face	失望但如释重负	anxious call close complicated disappointed	下次吧 出冷汗 失望但解脱 脸
😢		crying face	哭	awful feels miss sad tear	伤心 哀伤 哭脸 泪
😭		loudly crying face	放声大哭	bawling sad sob tears unhappy	放声大哭的脸 泪 痛哭
😱		face screaming in fear	吓死了	epic fearful munch scared screamer	害怕 尖叫 恐怖 惊吓大叫的脸
😖		confounded face	困惑	annoyed confused cringe distraught feels	困惑的脸 焦头烂额 纠结
😣		persevering face	痛苦	concentrate concentration focus headache persevere	专注 入定 头痛 忍耐 脸
😞		disappointed face	失望	awful blame dejected fail losing	不高兴 失望的脸 难过
😓		downcast face with sweat	汗	close cold feels headache nervous	冒冷汗 冒汗 尴尬 担心 脸
😩		weary face	累死了	crying fail feels hungry mad	疲倦 疲劳 疲惫 脸
😫		tired face	累	cost feels nap sad sneeze	倦容 疲倦 疲劳 疲惫 脸
🥱		yawning face	打呵欠	bedtime bored goodnight nap night	困倦 夜里 打哈欠的脸 无聊 昏昏欲睡
😤		face with steam from nose	傲慢	anger angry feels fume fuming	不爽 愤怒 气炸了 胜利 自负
😡		enraged face	怒火中烧	anger angry feels maddening pouting	发火 发飙 生气 脸
😠		angry face	生气	anger blame feels frustrated maddening	不爽 不高兴 愤怒 脸
🤬		face with symbols on mouth	嘴上有符号的脸	censor cursing cussing mad pissed	不爽 发誓 咒骂 生气 碎碎唸的脸
😈		smiling face with horns	恶魔微笑	demon devil evil fairytale fantasy	幻想 犄角 神话故事 脸 邪魔
👿		angry face with horns	生气的恶魔	demon devil evil fairytale fantasy	带角的怒容 幻想 犄角 脸 顽童
💀		skull	头骨	body dead death face fairytale	妖怪 怪兽 死亡 神话故事 脸
☠️		skull and crossbones	骷髅	dead death face monster	交叉股骨 头骨 妖怪 怪物 死亡
💩		pile of poo	大便	bs comic doo dung face	好臭 屎 怪物 粑粑 脸
🤡		clown face	小丑脸		
👹		ogre	食人魔	creature devil face fairytale fantasy	吓人 妖怪 幻想 日本 神话故事
👺		goblin	小妖精	angry creature face fairytale fantasy	妖怪 幻想 怪物 日本 神话故事
👻		ghost	鬼	boo creature excited face fairytale	万圣节 妖怪 幻想 幽灵 怪物
👽️		alien	外星人	creature extraterrestrial face fairytale fantasy	外太空 幻想 星际 脸 飞碟
👾		alien monster	外星怪物	creature extraterrestrial face fairytale fantasy	外星人 太空 星际 脸 飞碟
🤖		robot	机器人	face monster	怪物 脸
😺		grinning cat	大笑的猫	animal face mouth open smile	哈哈 大笑的猫脸
😸		grinning cat with smiling eyes	微笑的猫	animal face smile	呵呵 微笑的猫脸 笑颜逐开
😹		cat with tears of joy	笑出眼泪的猫	animal face laughing lol	喜极而泣 快乐 笑出眼泪的猫脸
😻		smiling cat with heart-eyes	花痴的猫	animal face love smile	喜欢 心 花痴的猫脸
😼		cat with wry smile	奸笑的猫	animal face ironic	嘲讽笑容 奸笑的猫脸 讽刺
😽		kissing cat	亲亲猫	animal closed eyes face	吻 猫脸亲亲 闭眼亲亲的猫脸
🙀		weary cat	疲倦的猫	animal face oh surprised	惊讶 疲倦的猫脸 疲劳 疲惫 累
😿		crying cat	哭泣的猫	animal face sad tear	哭泣的猫脸 眼泪 难过
😾		pouting cat	生气的猫	animal face	生气的猫脸
🙈		see-no-evil monkey	非礼勿视	embarrassed face forbidden forgot gesture	不许看 别看 尴尬 糗 脸
🙉		hear-no-evil monkey	非礼勿听	animal ears face forbidden gesture	嘘 堵上耳朵 堵耳 猴子 脸
🙊		speak-no-evil monkey	非礼勿言	animal face forbidden gesture not	不许说 捂上嘴巴 捂嘴 秘密 脸
💌		love letter	情书	heart mail romance valentine	信 心 邮件
💘		heart with arrow	心中箭了	143 adorbs cupid date emotion	一箭穿心 丘比特 我爱你 浪漫 爱情
💝		heart with ribbon	系有缎带的心	143 anniversary emotion ily kisses	我爱你 爱的礼物 绑丝带的心 送你一颗心
💖		sparkling heart	闪亮的心	143 emotion excited good ily	我爱你 激动 红心
💗		growing heart	搏动的心	143 emotion excited heartpulse ily	亲亲 吻 我爱你 激动 紧张
💓		beating heart	心跳	143 cardio emotion heartbeat ily	心动 我爱你
💞		revolving hearts	舞动的心	143 adorbs anniversary emotion	我爱你 旋转 涌动 跃动
💕		two hearts	两颗心	143 anniversary date dating emotion	我爱你 爱情
💟		heart decoration	心型装饰	143 emotion hearth purple white	我爱你
❣️		heart exclamation	心叹号	heavy mark punctuation	心动 标点符号
💔		broken heart	心碎	break crushed emotion heartbroken lonely	伤心
❤️‍🔥		heart on fire	火上之心	burn love lust sacred	渴望 燃烧 爱
❤️‍🩹		mending heart	修复受伤的心灵	healthier improving recovering recuperating well	修补 恢复 痊愈
❤️		red heart	红心	emotion love	爱
🩷		pink heart	粉红色的心	143 adorable cute emotion ily	可爱 感情 我爱你 特殊 甜蜜
🧡		orange heart	橙心	143	橘心 橘色的心
💛		yellow heart	黄心	143 cardiac emotion ily love	我爱你
💚		green heart	绿心	143 emotion ily love romantic	我爱你
💙		blue heart	蓝心	143 emotion ily love romance	我爱你
🩵		light blue heart	浅蓝色的心	143 cute cyan emotion ily	可爱 喜欢 天蓝 感情 我爱你
💜		purple heart	紫心	143 bestest emotion ily love	我爱你
🤎		brown heart	棕心	143	心形 棕色爱心
🖤		black heart	黑心	evil wicked	邪恶 黑色的心
🩶		grey heart	灰心	143 emotion gray ily love	感情 我爱你 暗灰 灰色 特殊
🤍		white heart	白心	143	心形 白色爱心
💋		kiss mark	唇印	dating emotion heart kissing lips	亲吻 性感 接吻 浪漫
💯		hundred points	一百分	100 a+ agree clearly definitely	满分 百分百 绝对 考试
💢		anger symbol	怒	angry comic mad upset	火大 生气 青筋
💥		collision	爆炸	bomb boom collide comic explode	撞 旺
💫		dizzy	头晕	comic shining shooting stars	头晕目眩 星星 流星
💦		sweat droplets	汗滴	comic drip drops splashing squirt	喷溅 小水滴 小水珠 泼贱
💨		dashing away	尾气	cloud comic fart fast gone	扬尘而去 放屁 烟 疾驰而去 飞奔而去
🕳️		hole	洞		井盖 坑 陷阱
💬		speech balloon	话语气泡	bubble comic dialog message sms	发言 气泡对话框 气球 漫画
👁️‍🗨️		eye in speech bubble	眼睛对话框	balloon witness	目擊
🗨️		left speech bubble	朝左的话语气泡	balloon dialog	对话框
🗯️		right anger bubble	愤怒话语气泡	angry balloon mad	右倾愤怒对话框
💭		thought balloon	内心活动气泡	bubble cartoon cloud comic daydream	思想活动 想法 泡泡对话框 白日梦
💤		ZZZ	睡着	comic goodnight night sleeping sleepy	呼噜 困了 想睡 打呼 晚安
people
👋	1	waving hand	挥手	bye cya g2g greetings gtg	你好 再见 嗨 在吗 等一下
🤚	1	raised back of hand	立起的手背	backhand	举起手背
🖐️	1	hand with fingers splayed	手掌	raised stop	举起张开的手掌 击掌 布 禁止
✋️	1	raised hand	举起手	5 five high stop	举手 举起的手 五指 停 击掌
🖖	1	vulcan salute	瓦肯举手礼	finger hands	敬礼 斯波克 星际迷航
🫱	1	rightwards hand	向右的手	handshake hold reach shake	伸手 右手 握手
🫲	1	leftwards hand	向左的手	handshake hold reach shake	伸手 左手 握手
🫳	1	palm down hand	掌心向下的手	dismiss dropped pick shoo up	下投 扔掉 拿起 捡起 解散
🫴	1	palm up hand	掌心向上的手	beckon catch come hold know	不知道 召唤 告诉我 拿着 接住
🫷	1	leftwards pushing hand	向左推	block five halt high hold	中止 停止 击掌 往左 手
🫸	1	rightwards pushing hand	向右推	block five halt high hold	中止 停止 击掌 往右 手
👌	1	OK hand	OK	awesome bet dope fleek fosho	ok 手势 可以 同意 好的 当然
🤌	1	pinched fingers	捏手指	gesture hand hold huh interrogation	为什么 你到底在说什么 匮乏 审讯 强调
🤏	1	pinching hand	捏合的手势	amount bit fingers little small	一点点 小 少量 手指 捏着
✌️	1	victory hand	胜利手势	peace	和平 成功
🤞	1	crossed fingers	交叉的手指	hand luck	幸运 祝好运
🫰	1	hand with index finger and thumb crossed	食指与拇指交叉的手	<3 expensive heart love money	响指 昂贵 比心 爱心 金钱
🤟	1	love-you gesture	爱你的手势	fingers hand ily three	三种 我爱你
🤘	1	sign of the horns	摇滚	finger hand rock-on	手 摇滚精神 燥起来 角 金属礼
🤙	1	call me hand	给我打电话	hang loose shaka	打电话给我 给我打电话的手势
👈️	1	backhand index pointing left	反手食指向左指	finger	指左
👉️	1	backhand index pointing right	反手食指向右指	finger	指右
👆️	1	backhand index pointing up	反手食指向上指	finger	指上
🖕	1	middle finger	竖中指	hand	反手
👇️	1	backhand index pointing down	反手食指向下指	finger	指下
☝️	1	index pointing up	食指向上指	finger hand this	手 指上
🫵	1	index pointing at the viewer	指向观察者的食指	finger hand poke you	伸出手指 你 戳
👍️	1	thumbs up	拇指向上	+1 good hand like yes	同意 好 手 真棒 赞成
👎️	1	thumbs down	拇指向下	-1 bad dislike good hand	不赞成 反对 否决 手 责备
✊️	1	raised fist	举起拳头	clenched hand punch solidarity	举拳 团结 手 握拳
👊	1	oncoming fist	出拳	absolutely agree boom bro bruh	完全同意 手 打 挥拳过来 绝对正确
🤛	1	left-facing fist	朝左的拳头	leftwards	
🤜	1	right-facing fist	朝右的拳头	rightwards	手
👏	1	clapping hands	鼓掌	applause approval awesome congrats congratulations	干得好 恭喜 拍手 赞成
🙌	1	raising hands	举双手	celebration gesture hooray praise raised	举手 击掌 庆祝
🫶	1	heart hands	做成心形的双手	<3 love you	比心 爱你 爱心
👐	1	open hands	张开双手	hug jazz swerve	十 摊手
🤲	1	palms up together	掌心向上托起	cupped dua hands prayer wish	双掌向上 希望 祈祷 祷告
🤝		handshake	握手	agreement deal meeting	一言为定 会面 协议 君子协定
🙏	1	folded hands	双手合十	appreciate ask beg blessed bow	合掌 感恩 拜托 祈求 祈祷
✍️	1	writing hand	写字	write	手 笔
💅	1	nail polish	涂指甲油	bored care cosmetics done makeup	修指甲 忙完了 护手 美甲 闷
🤳	1	selfie	自拍	camera phone	手机 相机
💪	1	flexed biceps	肌肉	arm beast bench bodybuilder bro	二头肌 健身房 强壮
🦾		mechanical arm	机械手臂	accessibility prosthetic	义肢 无障碍
🦿		mechanical leg	机械腿	accessibility prosthetic	义肢 无障碍
🦵	1	leg	腿	bent foot kick knee limb	弯腿 肢体 脚 跛行 踢
🦶	1	foot	脚	ankle feet kick stomp	足踝 踏 踢 踩 踱
👂️	1	ear	耳朵	body ears hearing listening sound	仔细听
🦻	1	ear with hearing aid	戴助听器的耳朵	accessibility hard	听力障碍 听障 失聪 无障碍 耳聋
👃	1	nose	鼻子	body noses nosey odor smells	嗅 气味 闻
🧠		brain	脑	intelligent smart	大脑 头脑 智慧 智能 聪明
🫀		anatomical heart	心脏器官	beat cardiology heartbeat organ pulse	中心 心率 心脏病学 心跳 真心
🫁		lungs	肺	breathe exhalation inhalation organ respiration	吸气 呼吸作用 呼气 器官 肺部
🦷		tooth	牙齿	dentist pearly teeth white	牙医 牙科医生 珍珠色 白色
🦴		bone	骨头	bones dog skeleton wishbone	叉骨 狗 骨骼
👀		eyes	双眼	body face googly looking omg	看 眼睛 窥视 身体
👁️		eye	眼睛	1 body one	单眼 看 身体
👅		tongue	舌头	body lick slurp	啧啧地喝 舔 身体
👄		mouth	嘴	beauty body kissing lipstick	口红 吻 唇膏
🫦		biting lip	咬住嘴唇	anxious bite fear flirting kiss	不舒服 口红 咬嘴唇 害怕 性感
👶	1	baby	小宝贝	babies children goo infant newborn	孩子 宝宝 小毛头
🧒	1	child	儿童	bright-eyed grandchild kid younger	中性 小孩 年轻人 性别不明 性别中立
👦	1	boy	男孩	bright-eyed child grandson kid son	儿童 孩子 小孩
👧	1	girl	女孩	bright-eyed child daughter granddaughter kid	儿童 大眼女孩 女儿 孩子 小孩
🧑	1	person	成人	adult	中性 性别中立 性格不明
👱	1	person: blond hair	金色头发的人	blond-haired human	脸 金发
👨	1	man	男人	adult bro	兄弟 成人
🧔	1	person: beard	有胡子的人	bearded whiskers	大胡子 男 络腮胡 胡须 腮帮子
🧔‍♂️	1	man: beard	有络腮胡子的男人		
🧔‍♀️	1	woman: beard	有络腮胡子的女人		
👨‍🦰	1	man: red hair	男人: 红发		
👨‍🦱	1	man: curly hair	男人: 卷发		
👨‍🦳	1	man: white hair	男人: 白发		
👨‍🦲	1	man: bald	男人: 秃顶		
👩	1	woman	女人	adult lady	淑女 金发
👩‍🦰	1	woman: red hair	女人: 红发		
🧑‍🦰	1	person: red hair	成人: 红发		
👩‍🦱	1	woman: curly hair	女人: 卷发		
🧑‍🦱	1	person: curly hair	成人: 卷发		
👩‍🦳	1	woman: white hair	女人: 白发		
🧑‍🦳	1	person: white hair	成人: 白发		
👩‍🦲	1	woman: bald	女人: 秃顶		
🧑‍🦲	1	person: bald	成人: 秃顶		
👱‍♀️	1	woman: blond hair	金发女		
👱‍♂️	1	man: blond hair	金发男		
🧓	1	older person	老年人	adult elderly grandparent wise	性别不明 性别中性 成人 熟龄 老人
👴	1	old man	老爷爷	adult bald elderly gramps grandfather	祖父 秃头 老人 老头
👵	1	old woman	老奶奶	adult elderly grandma grandmother granny	祖母 老人 老太
🙍	1	person frowning	皱眉	annoyed disappointed disgruntled disturbed frustrated	不开心 不满 不爽 失望 心烦意乱
🙍‍♂️	1	man frowning	皱眉男		
🙍‍♀️	1	woman frowning	皱眉女		
🙎	1	person pouting	撅嘴	disappointed downtrodden frown grimace scowl	不开心 不高兴 低落 噘嘴 失望
🙎‍♂️	1	man pouting	撅嘴男		
🙎‍♀️	1	woman pouting	撅嘴女		
🙅	1	person gesturing NO	禁止手势	forbidden gesture hand not prohibit	不允许 不可能 不行 不通过 反对
🙅‍♂️	1	man gesturing NO	禁止手势男		
🙅‍♀️	1	woman gesturing NO	禁止手势女		
🙆	1	person gesturing OK	OK手势	exercise gesture hand omg	同意 女子用手势表示好 好的 摆姿势 锻炼
🙆‍♂️	1	man gesturing OK	OK手势男		
🙆‍♀️	1	woman gesturing OK	OK手势女		
💁	1	person tipping hand	前台	fetch flick flip gossip sarcasm	介绍 伸手给小费 信息 八卦 帮助
💁‍♂️	1	man tipping hand	前台男		
💁‍♀️	1	woman tipping hand	前台女		
🙋	1	person raising hand	举手	gesture here know me pick	举手的人 嗨 开心 我参加 我可以帮忙
🙋‍♂️	1	man raising hand	男生举手		
🙋‍♀️	1	woman raising hand	女生举手		
🧏	1	deaf person	失聪者	accessibility ear gesture hear	听力障碍 听障 无障碍 耳朵 耳聋
🧏‍♂️	1	deaf man	失聪的男人		
🧏‍♀️	1	deaf woman	失聪的女人		
🙇	1	person bowing	鞠躬	apology ask beg favor forgive	不好意思 冥想 姿势 对不起 惭愧
🙇‍♂️	1	man bowing	男生鞠躬		
🙇‍♀️	1	woman bowing	女生鞠躬		
🤦	1	person facepalming	捂脸	again bewilder disbelief exasperation not	人 尴尬 恼怒 我的天哪 扶额
🤦‍♂️	1	man facepalming	男生捂脸		
🤦‍♀️	1	woman facepalming	女生捂脸		
🤷	1	person shrugging	耸肩	doubt dunno guess idk ignorance	不关心 不知道 人 天晓得 怀疑
🤷‍♂️	1	man shrugging	男生耸肩		
🤷‍♀️	1	woman shrugging	女生耸肩		
🧑‍⚕️	1	health worker	卫生工作者		
👨‍⚕️	1	man health worker	男医生		
👩‍⚕️	1	woman health worker	女医生		
🧑‍🎓	1	student	学生		
👨‍🎓	1	man student	男学生		
👩‍🎓	1	woman student	女学生		
🧑‍🏫	1	teacher	老师		
👨‍🏫	1	man teacher	男老师		
👩‍🏫	1	woman teacher	女老师		
🧑‍⚖️	1	judge	法官		
👨‍⚖️	1	man judge	男法官		
👩‍⚖️	1	woman judge	女法官		
🧑‍🌾	1	farmer	农民		
👨‍🌾	1	man farmer	农夫		
👩‍🌾	1	woman farmer	农妇		
🧑‍🍳	1	cook	厨师		
👨‍🍳	1	man cook	男厨师		
👩‍🍳	1	woman cook	女厨师		
🧑‍🔧	1	mechanic	技工		
👨‍🔧	1	man mechanic	男技工		
👩‍🔧	1	woman mechanic	女技工		
🧑‍🏭	1	factory worker	工人		
👨‍🏭	1	man factory worker	男工人		
👩‍🏭	1	woman factory worker	女工人		
🧑‍💼	1	office worker	白领		
👨‍💼	1	man office worker	男白领		
👩‍💼	1	woman office worker	女白领		
🧑‍🔬	1	scientist	科学家		
👨‍🔬	1	man scientist	男科学家		
👩‍🔬	1	woman scientist	女科学家		
🧑‍💻	1	technologist	程序员		
👨‍💻	1	man technologist	男程序员		
👩‍💻	1	woman technologist	女程序员		
🧑‍🎤	1	singer	歌手		
👨‍🎤	1	man singer	男歌手		
👩‍🎤	1	woman singer	女歌手		
🧑‍🎨	1	artist	艺术家		
👨‍🎨	1	man artist	男艺术家		
👩‍🎨	1	woman artist	女艺术家		
🧑‍✈️	1	pilot	飞行员		
👨‍✈️	1	man pilot	男飞行员		
👩‍✈️	1	woman pilot	女飞行员		
🧑‍🚀	1	astronaut	宇航员		
👨‍🚀	1	man astronaut	男宇航员		
👩‍🚀	1	woman astronaut	女宇航员		
🧑‍🚒	1	firefighter	消防员		
👨‍🚒	1	man firefighter	男消防员		
👩‍🚒	1	woman firefighter	女消防员		
👮	1	police officer	警察	apprehend arrest citation cop law	交警 传唤 公安 卧底 武警
👮‍♂️	1	man police officer	男警察		
👮‍♀️	1	woman police officer	女警察		
🕵️	1	detective	侦探	sleuth spy	特工 男 间谍
🕵️‍♂️	1	man detective	男侦探		
🕵️‍♀️	1	woman detective	女侦探		
💂	1	guard	卫兵	buckingham helmet london palace	伦敦 卫士 守卫 白金汉宫
💂‍♂️	1	man guard	男卫兵		
💂‍♀️	1	woman guard	女卫兵		
🥷	1	ninja	忍者	assassin fighter hidden person secret	人物 侠客 刺客 士兵 战斗
👷	1	construction worker	建筑工人	build fix hardhat hat man	包工头 头盔 安全帽 工程师 建造
👷‍♂️	1	man construction worker	男建筑工人		
👷‍♀️	1	woman construction worker	女建筑工人		
🫅	1	person with crown	戴王冠的人	monarch noble regal royalty	君主 君威 国王 王后 王室
🤴	1	prince	王子	crown fairytale fantasy king royalty	皇家
👸	1	princess	公主	crown fairytale fantasy queen royalty	皇冠 童话
👳	1	person wearing turban	戴头巾的人		
👳‍♂️	1	man wearing turban	戴头巾的男人		
👳‍♀️	1	woman wearing turban	戴头巾的女人		
👲	1	person with skullcap	戴瓜皮帽的人	chinese guapi hat mao pi	人物 帽子
🧕	1	woman with headscarf	带头饰的女人	bandana hijab kerchief mantilla tichel	希贾布 戴头巾的女人
🤵	1	person in tuxedo	穿燕尾服的人	formal wedding	新郎 正式 穿燕尾服的男人
🤵‍♂️	1	man in tuxedo	穿礼服的男人		
🤵‍♀️	1	woman in tuxedo	穿礼服的女人		
👰	1	person with veil	戴头纱的人	wedding	婚礼 戴头纱的新娘 结婚
👰‍♂️	1	man with veil	戴头纱的男人		
👰‍♀️	1	woman with veil	戴头纱的女人		
🤰	1	pregnant woman	孕妇		怀孕的女人
🫃	1	pregnant man	怀孕的男人	belly bloated full overeat	充满 吃撑 男子 腹部 臃肿
🫄	1	pregnant person	怀孕的人	belly bloated full overeat stuffed	充满 吃撑 腹部 臃肿
🤱	1	breast-feeding	母乳喂养	baby mom mother nursing woman	乳房 哺乳 喂奶 婴儿
👩‍🍼	1	woman feeding baby	哺乳的女人		
👨‍🍼	1	man feeding baby	哺乳的男人		
🧑‍🍼	1	person feeding baby	哺乳的人		
👼	1	baby angel	小天使	church face fairytale fantasy tale	儿童 孩子
🎅	1	Santa Claus	圣诞老人	celebration christmas fairy fantasy father	圣诞节 节日
🤶	1	Mrs. Claus	圣诞奶奶	celebration christmas fairy fantasy holiday	圣诞节 节日
🧑‍🎄	1	Mx Claus	圣诞人		
🦸	1	superhero	超级英雄	good superpower	女英雄 女超人 好人 蝙蝠侠 超能力
🦸‍♂️	1	man superhero	男超级英雄		
🦸‍♀️	1	woman superhero	女超级英雄		
🦹	1	supervillain	超级大坏蛋	bad criminal evil superpower	人 大反派 恶魔 罪犯 超级恶棍
🦹‍♂️	1	man supervillain	男超级大坏蛋		
🦹‍♀️	1	woman supervillain	女超级大坏蛋		
🧙	1	mage	法师	fantasy magic play sorcerer sorceress	召唤 女巫 女魔术师 巫师 智者
🧙‍♂️	1	man mage	男法师		
🧙‍♀️	1	woman mage	女法师		
🧚	1	fairy	精灵	fairytale fantasy myth person pixie	仙女 仙子 童话 翅膀
🧚‍♂️	1	man fairy	仙人		
🧚‍♀️	1	woman fairy	仙女		
🧛	1	vampire	吸血鬼	blood dracula fangs halloween scary	万圣节 不死族 利牙 恐怖 毒牙
🧛‍♂️	1	man vampire	男吸血鬼		
🧛‍♀️	1	woman vampire	女吸血鬼		
🧜	1	merperson	人鱼	creature fairytale folklore ocean sea	三叉戟 女人鱼 民间传说 海妖 海底
🧜‍♂️	1	merman	男人鱼		
🧜‍♀️	1	mermaid	美人鱼		
🧝	1	elf	小精灵	elves enchantment fantasy folklore magical	神秘 魔幻 魔法
🧝‍♂️	1	man elf	男小精灵		
🧝‍♀️	1	woman elf	女小精灵		
🧞		genie	妖怪	djinn fantasy jinn lamp myth	奇幻 愿望 擦拭神灯 杰尼 灯神
🧞‍♂️		man genie	男妖怪		
🧞‍♀️		woman genie	女妖怪		
🧟		zombie	僵尸	apocalypse dead halloween horror scary	万圣节 不死族 半死不活 吓人 行尸走肉
🧟‍♂️		man zombie	男僵尸		
🧟‍♀️		woman zombie	女僵尸		
🧌		troll	穴居巨怪	fairy fantasy monster tale trolling	幻想 怪兽 怪物 神话故事
💆	1	person getting massage	按摩	face headache relaxing salon soothe	享受按摩的人 头痛 放松 水疗 治疗
💆‍♂️	1	man getting massage	男生按摩		
💆‍♀️	1	woman getting massage	女生按摩		
💇	1	person getting haircut	理发	barber beauty chop cosmetology groom	剪头 发型 理发师 理发的人 美发
💇‍♂️	1	man getting haircut	男生理发		
💇‍♀️	1	woman getting haircut	女生理发		
🚶	1	person walking	行人	amble gait hike man pace	压马路 徒步 散步 昂首阔步 竞走
🚶‍♂️	1	man walking	男行人		
🚶‍♀️	1	woman walking	女行人		
🧍	1	person standing	站立者		人物 站着的人
🧍‍♂️	1	man standing	站立的男人		
🧍‍♀️	1	woman standing	站立的女人		
🧎	1	person kneeling	下跪者	knees	跪下 跪坐
🧎‍♂️	1	man kneeling	跪下的男人		
🧎‍♀️	1	woman kneeling	跪下的女人		
🧑‍🦯	1	person with white cane	拄盲杖的人		
👨‍🦯	1	man with white cane	拄盲杖的男人		
👩‍🦯	1	woman with white cane	拄盲杖的女人		
🧑‍🦼	1	person in motorized wheelchair	坐电动轮椅的人		
👨‍🦼	1	man in motorized wheelchair	坐电动轮椅的男人		
👩‍🦼	1	woman in motorized wheelchair	坐电动轮椅的女人		
🧑‍🦽	1	person in manual wheelchair	坐手动轮椅的人		
👨‍🦽	1	man in manual wheelchair	坐手动轮椅的男人		
👩‍🦽	1	woman in manual wheelchair	坐手动轮椅的女人		
🏃	1	person running	跑步者	fast hurry marathon move quick	匆忙 向前冲 奔跑 快跑 赛跑
🏃‍♂️	1	man running	男生跑步		
🏃‍♀️	1	woman running	女生跑步		
💃	1	woman dancing	跳舞的女人	dancer elegant festive flair flamenco	优雅 佛拉门戈 女舞者 探戈 萨尔萨舞
🕺	1	man dancing	跳舞的男人	dancer elegant festive flair flamenco	佛拉门戈 男舞者
🕴️	1	person in suit levitating	西装革履的人	business	商务 正装 男
👯		people with bunny ears	戴兔耳朵的人	bestie bff counterpart dancer double	兔子服 双人舞 双胞胎 同好 永远的好朋友
👯‍♂️		men with bunny ears	兔先生		
👯‍♀️		women with bunny ears	兔女郎		
🧖	1	person in steamy room	蒸房里的人	day luxurious pamper relax sauna	在桑拿间的人 放松 桑拿浴 蒸气漫溢 蒸汽浴
🧖‍♂️	1	man in steamy room	蒸房里的男人		
🧖‍♀️	1	woman in steamy room	蒸房里的女人		
🧗	1	person climbing	攀爬的人	climber mountain rock scale up	向上爬的人 攀岩者 爬山 登山者
🧗‍♂️	1	man climbing	攀爬的男人		
🧗‍♀️	1	woman climbing	攀爬的女人		
🤺		person fencing	击剑选手	fencer sword	人 体育
🏇	1	horse racing	赛马	jockey racehorse riding sport	三冠 赛马骑师 骑马
⛷️		skier	滑雪的人	snow	
🏂️	1	snowboarder	滑雪板	ski sport	单板滑雪
🏌️	1	person golfing	打高尔夫的人	ball birdie caddy driving green	小鸟球 推杆进球 球座 球穴区 球童
🏌️‍♂️	1	man golfing	男生打高尔夫		
🏌️‍♀️	1	woman golfing	女生打高尔夫		
🏄️	1	person surfing	冲浪	beach ocean sport surfer swell	冲浪的人 冲浪者 波浪 海上运动 海洋
🏄‍♂️	1	man surfing	男生冲浪		
🏄‍♀️	1	woman surfing	女生冲浪		
🚣	1	person rowing boat	划艇	canoe cruise fishing lake oar	划桨 划船运动 木筏 河 泛舟湖上
🚣‍♂️	1	man rowing boat	男生划船		
🚣‍♀️	1	woman rowing boat	女生划船		
🏊️	1	person swimming	游泳	freestyle sport swimmer triathlon	游泳的人 游泳者 自由泳 运动 铁人三项
🏊‍♂️	1	man swimming	男生游泳		
🏊‍♀️	1	woman swimming	女生游泳		
⛹️	1	person bouncing ball	玩球	athletic basketball championship dribble net	体育 全网无阻 打球 游戏 篮球运动员
⛹️‍♂️	1	man bouncing ball	男生玩球		
⛹️‍♀️	1	woman bouncing ball	女生玩球		
🏋️	1	person lifting weights	举重	barbell bodybuilder deadlift lifter powerlifting	举重的人 举重运动员 举铁 健美者 力量举重
🏋️‍♂️	1	man lifting weights	男生举重		
🏋️‍♀️	1	woman lifting weights	女生举重		
🚴	1	person biking	骑自行车	bicycle bicyclist bike cycle cyclist	自行车赛 自行车骑士 运动 骑单车 骑脚踏车者
🚴‍♂️	1	man biking	男生骑自行车		
🚴‍♀️	1	woman biking	女生骑自行车		
🚵	1	person mountain biking	骑山地车	bicycle bicyclist bike cycle cyclist	体育竞技 单车 山地自行车 山地骑行的人 运动
🚵‍♂️	1	man mountain biking	男生骑山地车		
🚵‍♀️	1	woman mountain biking	女生骑山地车		
🤸	1	person cartwheeling	侧手翻	active excited flip gymnastics happy	人 体操 体育 兴奋 快乐
🤸‍♂️	1	man cartwheeling	男生侧手翻		
🤸‍♀️	1	woman cartwheeling	女生侧手翻		
🤼		people wrestling	摔跤选手	combat duel grapple ring tournament	人 体育 对决 打架 搏斗
🤼‍♂️		men wrestling	男生摔跤		
🤼‍♀️		women wrestling	女生摔跤		
🤽	1	person playing water polo	水球	sport swimming waterpolo	人 体育 水上足球 水上运动 游泳
🤽‍♂️	1	man playing water polo	男生玩水球		
🤽‍♀️	1	woman playing water polo	女生玩水球		
🤾	1	person playing handball	手球	athletics catch chuck hurl lob	人 体育 抛 接球 犯规投球
🤾‍♂️	1	man playing handball	男生玩手球		
🤾‍♀️	1	woman playing handball	女生玩手球		
🤹	1	person juggling	抛接杂耍	act balance balancing handle juggle	一心多用 人 平衡艺术 抛接球 操纵
🤹‍♂️	1	man juggling	男生抛接杂耍		
🤹‍♀️	1	woman juggling	女生抛接杂耍		
🧘	1	person in lotus position	盘腿的人	cross legged legs meditation peace	冥想 放松 沉思 瑜伽 盘腿而坐
🧘‍♂️	1	man in lotus position	盘腿的男人		
🧘‍♀️	1	woman in lotus position	盘腿的女人		
🛀	1	person taking bath	洗澡的人	bathtub tub	浴盆 浴缸 澡盆 盆浴
🛌	1	person in bed	躺在床上的人	bedtime goodnight hotel nap night	入睡 夜里 宾馆 晚安 酒店
🧑‍🤝‍🧑		people holding hands	手拉手的两个人		
👭		women holding hands	手拉手的两个女人	bae bestie bff couple dating	好朋友 情侣
👫		woman and man holding hands	手拉手的一男一女	bae bestie bff couple dating	情侣 相恋
👬		men holding hands	手拉手的两个男人	bae bestie bff boys brothers	双子座 情侣 朋友 黄道十二宫
💏		kiss	亲吻	anniversary babe bae couple date	宝贝 情侣 接吻 浪漫 约会
👩‍❤️‍💋‍👨		kiss: woman, man	亲吻: 女人男人		
👨‍❤️‍💋‍👨		kiss: man, man	亲吻: 男人男人		
👩‍❤️‍💋‍👩		kiss: woman, woman	亲吻: 女人女人		
💑		couple with heart	情侣	anniversary babe bae dating kiss	恋爱 浪漫 红心 约会
👩‍❤️‍👨		couple with heart: woman, man	情侣: 女人男人		
👨‍❤️‍👨		couple with heart: man, man	情侣: 男人男人		
👩‍❤️‍👩		couple with heart: woman, woman	情侣: 女人女人		
👨‍👩‍👦		family: man, woman, boy	家庭: 男人女人男孩		
👨‍👩‍👧		family: man, woman, girl	家庭: 男人女人女孩		
👨‍👩‍👧‍👦		family: man, woman, girl, boy	家庭: 男人女人女孩男孩		
👨‍👩‍👦‍👦		family: man, woman, boy, boy	家庭: 男人女人男孩男孩		
👨‍👩‍👧‍👧		family: man, woman, girl, girl	家庭: 男人女人女孩女孩		
👨‍👨‍👦		family: man, man, boy	家庭: 男人男人男孩		
👨‍👨‍👧		family: man, man, girl	家庭: 男人男人女孩		
👨‍👨‍👧‍👦		family: man, man, girl, boy	家庭: 男人男人女孩男孩		
👨‍👨‍👦‍👦		family: man, man, boy, boy	家庭: 男人男人男孩男孩		
👨‍👨‍👧‍👧		family: man, man, girl, girl	家庭: 男人男人女孩女孩		
👩‍👩‍👦		family: woman, woman, boy	家庭: 女人女人男孩		
👩‍👩‍👧		family: woman, woman, girl	家庭: 女人女人女孩		
👩‍👩‍👧‍👦		family: woman, woman, girl, boy	家庭: 女人女人女孩男孩		
👩‍👩‍👦‍👦		family: woman, woman, boy, boy	家庭: 女人女人男孩男孩		
👩‍👩‍👧‍👧		family: woman, woman, girl, girl	家庭: 女人女人女孩女孩		
👨‍👦		family: man, boy	家庭: 男人男孩		
👨‍👦‍👦		family: man, boy, boy	家庭: 男人男孩男孩		
👨‍👧		family: man, girl	家庭: 男人女孩		
👨‍👧‍👦		family: man, girl, boy	家庭: 男人女孩男孩		
👨‍👧‍👧		family: man, girl, girl	家庭: 男人女孩女孩		
👩‍👦		family: woman, boy	家庭: 女人男孩		
👩‍👦‍👦		family: woman, boy, boy	家庭: 女人男孩男孩		
👩‍👧		family: woman, girl	家庭: 女人女孩		
👩‍👧‍👦		family: woman, girl, boy	家庭: 女人女孩男孩		
👩‍👧‍👧		family: woman, girl, girl	家庭: 女人女孩女孩		
🗣️		speaking head	说话	face silhouette	剪影 脸 讲话 说话头
👤		bust in silhouette	人像	mysterious shadow	剪影 半身像
👥		busts in silhouette	双人像	bff everyone friends people	剪影 半身像 朋友
🫂		people hugging	人的拥抱	comfort embrace farewell friendship goodbye	再见 友谊 告别 安慰 您好
👪️		family	家庭	child	亲子 父母和儿子
👣		footprints	脚印	barefoot clothing omw walk	在路上 赤脚 足迹
nature
🐵		monkey face	猴头	animal banana	动物 猴子
🐒		monkey	猴子	animal banana	
🦍		gorilla	大猩猩	animal	动物
🦧		orangutan	红毛猩猩	animal ape monkey	动物 猴子 猿
🐶		dog face	狗脸	adorbs animal pet puppies puppy	宠物 小狗 汪星人
🐕️		dog	狗	animals dogs pet	动物 宠物 小狗 汪星人
🦮		guide dog	导盲犬	accessibility animal blind	指引 无障碍 盲人
🐕‍🦺		service dog	服务犬	accessibility animal assistance	工作犬 无障碍 狗 辅助
🐩		poodle	贵宾犬	animal dog fluffy	卷毛狗 毛茸茸
🐺		wolf	狼	animal face	狼头 脸
🦊		fox	狐狸	animal face	动物 头 狐狸的脸
🦝		raccoon	浣熊	animal curious sly	动物 好奇 淘气 狡猾
🐱		cat face	猫脸	animal kitten kitty pet	宠物 猫咪
🐈️		cat	猫	animals cats kitten pet	宠物 小猫
🐈‍⬛		black cat	黑猫	animal feline halloween meow unlucky	万圣节 不吉利 动物 喵星人 猫科
🦁		lion	狮子	alpha animal face leo mane	狮子头 狮子座 脸 黄道十二宫
🐯		tiger face	老虎头	animal big cat predator	森林之王 脸
🐅		tiger	老虎	animal big cat predator zoo	动物园
🐆		leopard	豹子	animal big cat predator zoo	动物 猎豹
🐴		horse face	马头	animal dressage equine farm horses	盛装舞步
🫎		moose	驼鹿	alces animal antlers elk mammal	哺乳动物 鹿角 麋鹿
🫏		donkey	驴	animal ass burro hinny mammal	倔强 哺乳动物 固执的 犟 驴子
🐎		horse	马	animal equestrian farm racehorse racing	动物 比赛 赛马 骑马
🦄		unicorn	独角兽	face	独角兽头 脸
🦓		zebra	斑马	animal stripe	条纹
🦌		deer	鹿	animal	动物
🦬		bison	大野牛	animal buffalo herd wisent	动物 欧洲野牛 水牛 牦牛 畜群
🐮		cow face	奶牛头	animal farm milk moo	乳牛 母牛 脸
🐂		ox	公牛	animals bull farm taurus zodiac	金牛座 黄道十二宫
🐃		water buffalo	水牛	animal zoo	
🐄		cow	奶牛	animals farm milk moo	乳牛
🐷		pig face	猪头	animal bacon farm pork	八戒 脸
🐖		pig	猪	animal bacon farm pork sow	培根 猪肉
🐗		boar	野猪	animal pig	动物
🐽		pig nose	猪鼻子	animal face farm smell snout	脸 闻
🐏		ram	公羊	animal aries horns male sheep	白羊座 雄性 黄道十二宫
🐑		ewe	母羊	animal baa farm female fluffy	咩 毛茸茸 绵羊 羊毛 雌性
🐐		goat	山羊	animal capricorn farm milk zodiac	摩羯座 黄道十二宫
🐪		camel	骆驼	animal desert dromedary hump one	单峰驼 沙漠 驼峰
🐫		two-hump camel	双峰骆驼	animal bactrian desert	沙漠
🦙		llama	美洲鸵	alpaca animal guanaco vicuña wool	动物 原驼 小羊驼 无峰驼 羊毛
🦒		giraffe	长颈鹿	animal spots	斑点
🐘		elephant	大象	animal	动物
🦣		mammoth	猛犸	animal extinction large tusk wooly	动物 大型 有绒毛的 灭绝 猛犸象
🦏		rhinoceros	犀牛	animal	动物
🦛		hippopotamus	河马	animal	动物
🐭		mouse face	老鼠头	animal	
🐁		mouse	老鼠	animals	耗子
🐀		rat	耗子	animal	鼠
🐹		hamster	仓鼠	animal face pet	仓鼠头 啮齿 宠物 脸
🐰		rabbit face	兔子头	animal bunny pet	兔宝宝 宠物
🐇		rabbit	兔子	animal bunny pet	动物
🐿️		chipmunk	松鼠	animal squirrel	花栗鼠 金花鼠
🦫		beaver	海狸	animal dam teeth	动物 大板牙 母畜
🦔		hedgehog	刺猬	animal spiny	多刺
🦇		bat	蝙蝠	animal vampire	吸血鬼
🐻		bear	熊	animal face grizzly growl honey	低吼 灰熊 熊头 熊脸
🐻‍❄️		polar bear	北极熊	animal arctic white	白色
🐨		koala	考拉	animal australia bear down face	有袋类动物 树袋熊 澳大利亚
🐼		panda	熊猫	animal bamboo face	头 熊猫脸 猫熊脸 胖达
🦥		sloth	树懒	lazy slow	慢 爬树 迟缓
🦦		otter	水獭	animal fishing playful	动物 好玩 捕鱼 爱开玩笑 鼬
🦨		skunk	臭鼬	animal stink	熏
🦘		kangaroo	袋鼠	animal joey jump marsupial	小袋鼠 有袋目动物 有袋类动物 澳洲 跳跃
🦡		badger	獾	animal honey pester	动物 打扰 纠缠 蜜獾
🐾		paw prints	爪印	feet paws	爪子 足迹
🦃		turkey	火鸡	bird gobble thanksgiving	感恩节
🐔		chicken	鸡	animal bird ornithology	动物
🐓		rooster	公鸡	animal bird ornithology	动物
🐣		hatching chick	小鸡破壳	animal baby bird egg	
🐤		baby chick	小鸡	animal bird ornithology	
🐥		front-facing baby chick	正面朝向的小鸡	animal bird newborn ornithology	
🐦️		bird	鸟	animal ornithology	动物 鸟类学
🐧		penguin	企鹅	animal antarctica bird ornithology	南极洲
🕊️		dove	鸽	bird fly ornithology peace	和平象征 飞翔 鸟 鸽子
🦅		eagle	鹰	animal bird ornithology	老鹰 鸟
🦆		duck	鸭子	animal bird ornithology	鸟
🦢		swan	天鹅	animal bird cygnet duckling ornithology	丑小鸭 动物 小天鹅 鸟
🦉		owl	猫头鹰	animal bird ornithology wise	睿智 鸟
🦤		dodo	渡渡鸟	animal bird extinction large ornithology	动物 灭绝
🪶		feather	羽毛	bird flight light plumage	轻 飞 鸟
🦩		flamingo	火烈鸟	animal bird flamboyant ornithology tropical	华丽 热带 红鹳 艳丽
🦚		peacock	孔雀	animal bird colorful ornithology ostentatious	卖弄 招摇 色彩缤纷 雌孔雀 骄傲
🦜		parrot	鹦鹉	animal bird ornithology pirate talk	剽窃 模仿 说话 鸟
🪽		wing	翅膀	angelic ascend aviation bird flying	升天 天使的 天堂的 神话 翱翔
🐦‍⬛		black bird	黑色的鸟	animal beak caw corvid crow	动物 喙 渡鸦 秃鼻乌鸦 老鸦
🪿		goose	鹅	animal bird duck flock fowl	傻瓜 动物 嘎嘎叫声 家禽 雄鹅
🐸		frog	青蛙	animal face	动物 脸 青蛙头
🐊		crocodile	鳄鱼	animal zoo	
🐢		turtle	龟	animal terrapin tortoise	乌龟 海龟 陆龟
🦎		lizard	蜥蜴	animal reptile	爬行动物
🐍		snake	蛇	animal bearer ophiuchus serpent zodiac	持票人 狡猾的人 蛇夫座 黄道十二宫
🐲		dragon face	龙头	animal fairytale tale	神话 童话
🐉		dragon	龙	animal fairytale knights tale	中国 权力的游戏
🦕		sauropod	蜥蜴类	brachiosaurus brontosaurus dinosaur diplodocus	万龙属 恐龙 梁龙 腕龙 雷龙
🦖		T-Rex	霸王龙	dinosaur tyrannosaurus	恐龙 暴龙君主
🐳		spouting whale	喷水的鲸	animal beach face ocean	
🐋		whale	鲸鱼	animal beach ocean	
🐬		dolphin	海豚	animal beach flipper ocean	鸭脚板
🦭		seal	海豹	animal lion ocean	动物 海洋 海狮
🐟️		fish	鱼	animal dinner fishes fishing pisces	双鱼座 星座 黄道十二宫
🐠		tropical fish	热带鱼	animal fishes	
🐡		blowfish	河豚	animal	鱼
🦈		shark	鲨鱼	animal fish	
🐙		octopus	章鱼	animal creature ocean	八爪
🐚		spiral shell	海螺	animal beach conch sea	螺旋
🪸		coral	珊瑚	change climate ocean reef sea	气候变化 海洋 珊瑚礁
🪼		jellyfish	水母	animal aquarium burn invertebrate life	刺毛 发光 哎哟 无脊椎动物 有刺动物
🦀		crab	蟹	cancer zodiac	巨蟹座 螃蟹 黄道十二宫
🦞		lobster	龙虾	animal bisque claws seafood	海鲜 红龙虾 贝类浓汤 钳 鳌
🦐		shrimp	虾	food shellfish small	甲壳 贝类水产 食物
🦑		squid	乌贼	animal food mollusk	墨鱼 软体动物 食物 鱿鱼
🦪		oyster	牡蛎	diving pearl	海鲜 珍珠 生蚝
🐌		snail	蜗牛	animal escargot garden nature slug	法国蜗牛
🦋		butterfly	蝴蝶	insect pretty	昆虫 漂亮 美丽
🐛		bug	毛毛虫	animal garden insect	昆虫
🐜		ant	蚂蚁	animal garden insect	
🐝		honeybee	蜜蜂	animal bumblebee insect nature spring	勤劳 昆虫 蜂蜜
🪲		beetle	甲虫	animal bug insect	动物 昆虫 虫子
🐞		lady beetle	瓢虫	animal garden insect ladybird ladybug	昆虫 母
🦗		cricket	蟋蟀	animal bug grasshopper insect orthoptera	昆虫 蚱蜢 蛐蛐
🪳		cockroach	蟑螂	animal insect pest	动物 害虫 小强 昆虫 虫子
🕷️		spider	蜘蛛	animal insect	昆虫
🕸️		spider web	蜘蛛网		
🦂		scorpion	蝎子	scorpius zodiac	天蝎宫 天蝎座 黄道十二宫
🦟		mosquito	蚊子	bite disease fever insect malaria	发烧 发热 昆虫 疟疾 疾病
🪰		fly	苍蝇	animal disease insect maggot pest	动物 害虫 疾病 腐烂 虫子
🪱		worm	蠕虫	animal annelid earthworm parasite	寄生虫 环节动物 蚯蚓
🦠		microbe	细菌	amoeba bacteria science virus	变形虫 病毒 科学 阿米巴
💐		bouquet	花束	anniversary birthday date flower love	周年纪念 生日 罗曼史 鲜花
🌸		cherry blossom	樱花	flower plant springtime	
💮		white flower	白花		
🪷		lotus	莲花	beauty buddhism calm flower hinduism	佛教 印度教 幽静 恬静 纯洁
🏵️		rosette	圆形花饰	plant	光荣花 植物 花圈
🌹		rose	玫瑰	beauty elegant flower love plant	优雅 红玫瑰 花
🥀		wilted flower	枯萎的花	dying	凋谢
🌺		hibiscus	芙蓉	flower plant	木槿 植物 花
🌻		sunflower	向日葵	outdoors plant	太阳花
🌼		blossom	开花	buttercup dandelion flower plant	蒲公英
🌷		tulip	郁金香	blossom flower growth plant	开花
🪻		hyacinth	风信子	bloom bluebonnet flower indigo lavender	春天 植物 灌木 矢车菊 紫丁香
🌱		seedling	幼苗	plant sapling sprout young	发芽
🪴		potted plant	盆栽植物	decor grow house nurturing	培育 房子 枯燥 生长 盆景
🌲		evergreen tree	松树	christmas forest pine	圣诞树 常青树
🌳		deciduous tree	落叶树	forest green habitat shedding	落叶植物
🌴		palm tree	棕榈树	beach plant tropical	热带
🌵		cactus	仙人掌	desert drought nature plant	干旱 植物 沙漠
🌾		sheaf of rice	稻子	ear grains plant	米 粮食 谷物
🌿		herb	药草	leaf plant	草药 香草
☘️		shamrock	三叶草	irish plant	爱尔兰 苜蓿 酢浆草
🍀		four leaf clover	四叶草	4 four-leaf irish lucky plant	幸运 爱尔兰的
🍁		maple leaf	枫叶	falling	树叶 秋叶 落叶
🍂		fallen leaf	落叶	autumn falling	秋
🍃		leaf fluttering in wind	风吹叶落	blow	叶子 树叶 随风飘舞
🪹		empty nest	空巢	branch home nesting	家 树枝 筑巢 鸟巢
🪺		nest with eggs	有蛋的巢	bird branch nesting	树枝 筑巢 鸟巢 鸟蛋
🍄		mushroom	蘑菇	fungus toadstool	毒蕈 真菌
food
🍇		grapes	葡萄	dionysus fruit	水果
🍈		melon	甜瓜	cantaloupe fruit	哈密瓜 水果 蜜瓜 香瓜
🍉		watermelon	西瓜	fruit	水果
🍊		tangerine	橘子	citrus fruit nectarine orange vitamin	柑桔 柑橘 桔子 水果 油桃
🍋		lemon	柠檬	citrus fruit sour	柑橘 水果 酸
🍌		banana	香蕉	fruit potassium	水果 钾
🍍		pineapple	菠萝	colada fruit pina tropical	水果 热带
🥭		mango	芒果	food fruit tropical	水果 热带 食物
🍎		red apple	红苹果	diet food fruit health ripe	健康 水果 熟 食物
🍏		green apple	青苹果	fruit	水果
🍐		pear	梨	fruit	水果
🍑		peach	桃	fruit	水果
🍒		cherries	樱桃	berries cherry fruit red	水果
🍓		strawberry	草莓	fruit	水果 浆果
🫐		blueberries	蓝莓	berry bilberry blueberry food fruit	水果 浆果 越桔 食物
🥝		kiwi fruit	猕猴桃	food	奇异果 水果 食物
🍅		tomato	西红柿	food fruit vegetable	水果 番茄 蔬菜
🫒		olive	橄榄	food	食物
🥥		coconut	椰子	colada palm piña	棕榈 菠萝椰子兰姆酒
🥑		avocado	鳄梨	food fruit	水果 牛油果 酪梨 食物 黄油果
🍆		eggplant	茄子	aubergine vegetable	蔬菜
🥔		potato	土豆	food vegetable	蔬菜 食物 马铃薯
🥕		carrot	胡萝卜	food vegetable	蔬菜 食物
🌽		ear of corn	玉米	crops farm maize maze	农作物 包谷 苞米
🌶️		hot pepper	红辣椒		
🫑		bell pepper	灯笼椒	capsicum food vegetable	蔬菜 辣椒 青椒 食物
🥒		cucumber	黄瓜	food pickle vegetable	泡菜 腌菜 蔬菜 食物
🥬		leafy green	绿叶蔬菜	bok burgers cabbage choy kale	卷心菜 圆白菜 小白菜 生菜 羽衣甘蓝
🥦		broccoli	西兰花	cabbage wild	甘蓝 野生卷心菜
🧄		garlic	蒜	flavoring	佐料 大蒜 蒜头 调味
🧅		onion	洋葱	flavoring	佐料 调味
🥜		peanuts	花生	food vegetable	坚果 蔬菜 食物
🫘		beans	豆	food kidney legume small	肾 豆子 豆类 食物
🌰		chestnut	栗子	almond plant	杏仁
🫚		ginger root	姜	beer health herb natural spice	健康 天然 根汁啤酒 根茎 草药
🫛		pea pod	豌豆荚	beanstalk edamame legume soybean vegetable	大豆 毛豆 素食者 蔬菜 豆类
🍞		bread	面包	carbs food grain loaf restaurant	一条面包 全麦面包 小麦 淀粉 烤面包
🥐		croissant	羊角面包	bread breakfast crescent food french	新月形面包 法式 牛角面包 食物
🥖		baguette bread	法式长棍面包	food french	法式长条面包 食物
🫓		flatbread	扁面包	arepa food gordita lavash naan	圆盘状烤饼 玉米饼 皮塔饼 薄脆饼 面饼
🥨		pretzel	椒盐卷饼	convoluted twisted	弯曲 扭曲食品 盘绕 缠绕 错综复杂
🥯		bagel	面包圈	bakery bread breakfast schmear	奶酪酱 早餐 烘烤食品 硬面包圈 贝果
🥞		pancakes	烙饼	breakfast crêpe food hotcake	薄煎饼 薄饼 食物
🧇		waffle	华夫饼	breakfast indecisive iron	松饼 格子饼 点心 烤 甜点
🧀		cheese wedge	芝士		奶酪 起司
🍖		meat on bone	排骨		带骨的肉
🍗		poultry leg	家禽的腿	bone chicken drumstick hungry turkey	火鸡 饿 骨 鸡肉 鸡腿
🥩		cut of meat	肉块	chop lambchop porkchop red steak	排骨 牛排 猪排 红肉 羊排
🥓		bacon	培根	breakfast food meat	烟肉 熏肉 背肯 食物
🍔		hamburger	汉堡	eat fast food hungry	吃 汉堡包 速食 食物 饿
🍟		french fries	薯条	fast food	快餐 油炸 食物
🍕		pizza	披萨	cheese food hungry pepperoni slice	一片比萨 比萨饼 起司 辣味香肠 食物
🌭		hot dog	热狗	frankfurter hotdog sausage	香肠
🥪		sandwich	三明治	bread	面包
🌮		taco	墨西哥卷饼	mexican	墨西哥玉米卷 玉米卷饼
🌯		burrito	墨西哥玉米煎饼	mexican wrap	墨西哥卷饼
🫔		tamale	墨西哥粽子	food mexican pamonha wrapped	墨西哥饼 巴西粽 食物
🥙		stuffed flatbread	夹心饼	falafel food gyro kebab	大饼 沙拉三明治 炸豆丸子 烤肉串 肉夹馍
🧆		falafel	炸豆丸子	chickpea meatball	中东蔬菜球 油炸鹰嘴豆饼 肉丸
🥚		egg	蛋	breakfast food	食物
🍳		cooking	煎蛋	breakfast easy egg frying over	一面老一面嫩的煎蛋 做菜 只煎一面老 平底锅 早餐
🥘		shallow pan of food	装有食物的浅底锅	casserole paella	平底锅 炖菜 炖锅 煎锅 西班牙海鲜饭
🍲		pot of food	一锅食物	soup stew	炖菜
🫕		fondue	奶酪火锅	cheese chocolate food melted pot	奶酪锅 巧克力 煮 煲汤 瑞士
🥣		bowl with spoon	碗勺	breakfast cereal congee oatmeal porridge	早餐 燕麦粥 碗中汤匙 碗和汤匙 稀饭
🥗		green salad	绿色沙拉	food	绿色蔬菜 食物
🍿		popcorn	爆米花	movie	看电影
🧈		butter	黄油	dairy	乳制品 牛奶
🧂		salt	盐	condiment flavor mad salty shaker	佐料瓶 味道 咸 火大 调味品
🥫		canned food	罐头食品		
🍱		bento box	盒饭	food	便当盒 食物
🍘		rice cracker	米饼	food	米果 食物
🍙		rice ball	饭团	food japanese	日式饭团 日本 米 食物
🍚		cooked rice	米饭	food	主食 食物
🍛		curry rice	咖喱饭	food	食物
🍜		steaming bowl	面条	chopsticks food noodle pho ramen	拉面 河粉 热气腾腾面碗 筷子 食物
🍝		spaghetti	意粉	food meatballs pasta restaurant	意大利面 意面 肉丸 食物 餐厅
🍠		roasted sweet potato	烤红薯	food	烤地瓜 食物
🍢		oden	关东煮	food kebab restaurant seafood skewer	串 卡博 海鲜 食物 餐馆
🍣		sushi	寿司	food	食物
🍤		fried shrimp	天妇罗	prawn tempura	对虾 油炸 炸虾
🍥		fish cake with swirl	鱼板	food pastry restaurant	鱼饼
🥮		moon cake	月饼	autumn festival yuèbǐng	中秋节 秋天 节日
🍡		dango	团子	dessert japanese skewer stick sweet	串 和果子 日本 甜点 糖葫芦
🥟		dumpling	饺子	empanada gyōza jiaozi pierogi potsticker	恩潘纳达 水饺 波兰饺子 煎饺
🥠		fortune cookie	幸运饼干	prophecy	签餅 算命 预言
🥡		takeout box	外卖盒	chopsticks delivery food oyster pail	中式外卖 外卖包装 外卖桶 外卖餐盒 牡蛎桶
🍦		soft ice cream	圆筒冰激凌	dessert food icecream restaurant serve	圆筒冰淇淋 甜点 霜淇淋 食物
🍧		shaved ice	刨冰	dessert restaurant sweet	冰沙 沙冰 甜点 餐馆
🍨		ice cream	冰淇淋	dessert food restaurant sweet	冰激凌 奶油 甜点 雪糕
🍩		doughnut	甜甜圈	breakfast dessert donut food sweet	甜点 食物
🍪		cookie	饼干	chip chocolate dessert sweet	巧克力片 曲奇饼 甜点
🎂		birthday cake	生日蛋糕	bday celebration dessert happy pastry	庆祝 甜点 生日快乐 糕点
🍰		shortcake	水果蛋糕	dessert pastry slice sweet	一片蛋糕 奶油酥饼 甜点 糕点
🧁		cupcake	纸杯蛋糕	bakery dessert sprinkles sugar sweet	烘焙食品 甜点 请客 面包店
🥧		pie	派	apple filling fruit meat pastry	一片派 南瓜派 水果派 油酥点心 糕点
🍫		chocolate bar	巧克力	candy dessert halloween sweet tooth	万圣节 巧克力棒 甜品 甜点 糖果
🍬		candy	糖	cavities dessert halloween restaurant sweet	万圣节 嗜甜食 爱吃甜食 甜点 糖果纸
🍭		lollipop	棒棒糖	candy dessert food restaurant sweet	果子 甜 糖果
🍮		custard	奶黄	dessert pudding sweet	卡士达 甜点 蛋奶冻 蛋奶沙司
🍯		honey pot	蜂蜜	barrel bear food honeypot jar	小熊维尼 桶 甜 蜜罐
🍼		baby bottle	奶瓶	babies birth born drink infant	婴儿 新生儿
🥛		glass of milk	一杯奶	drink	喝 牛奶
☕️		hot beverage	热饮	cafe caffeine chai coffee drink	咖啡 早晨 星巴克 热气腾腾 茶
🫖		teapot	茶壶	brew drink food	冲泡 食物
🍵		teacup without handle	热茶	beverage drink oolong	乌龙茶 无柄茶杯 没有把手的茶杯 热饮 饮料
🍶		sake	清酒	bar beverage bottle cup drink	喝酒 清酒杯 清酒瓶 酒吧 饮料
🍾		bottle with popping cork	开香槟	bar drink	喝酒 庆祝 砰木塞的瓶子
🍷		wine glass	葡萄酒	alcohol bar beverage booze club	俱乐部 喝酒 酒吧 酒杯 饮料
🍸️		cocktail glass	鸡尾酒	alcohol bar booze club drinking	俱乐部 喝酒 玻璃杯 酒吧 马丁尼
🍹		tropical drink	热带水果饮料	alcohol bar booze club cocktail	俱乐部 喝酒 热带饮料 酒吧 鸡尾酒
🍺		beer mug	啤酒	alcohol ale bar booze drinking	啤酒节 喝酒 杯 酒吧
🍻		clinking beer mugs	干杯	alcohol bar booze bottoms cheers	啤酒 喝酒 碰杯 酒吧
🥂		clinking glasses	碰杯	celebrate drink	喝 干杯 庆祝
🥃		tumbler glass	平底杯	liquor scotch shot whiskey whisky	一杯威士忌 平底无脚杯 玻璃杯 酒 随行杯
🫗		pouring liquid	倾倒液体	accident drink empty glass oops	倒出 洒出 流出 玻璃杯 碰倒
🥤		cup with straw	带吸管杯	drink juice malt soda soft	带吸管的杯子 果汁 汽水 苏打饮料 软饮料
🧋		bubble tea	珍珠奶茶	boba food milk pearl	泡泡 牛奶 茶饮 饮料
🧃		beverage box	饮料盒	juice straw sweet	吸管 果汁盒 甜味 盒装
🧉		mate	马黛茶	drink	饮料
🧊		ice	冰块	cold cube iceberg	冰冷 冰山 冷却 冷饮
🥢		chopsticks	筷子	hashi jeotgarak kuaizi	箸
🍽️		fork and knife with plate	餐具	cooking dinner eat	做菜 刀叉与盘 晚餐 烹饪 西餐
🍴		fork and knife	刀叉	breakfast breaky cooking cutlery delicious	中餐 午餐 吃早餐 吃饭 好吃
🥄		spoon	匙	eat tableware	勺子 匙子 汤匙 调羹 餐具
🔪		kitchen knife	菜刀	chef cooking hocho tool weapon	主厨 武器 烹饪
🫙		jar	罐	condiment container empty nothing sauce	容器 瓶子 空瓶 调味品 贮藏
🏺		amphora	双耳瓶	aquarius cooking drink jug tool	壶 水瓶 罐
travel
🌍️		globe showing Europe-Africa	地球上的欧洲非洲	earth world	世界
🌎️		globe showing Americas	地球上的美洲	earth world	世界 全球
🌏️		globe showing Asia-Australia	地球上的亚洲澳洲	earth world	世界 亚澳 全球
🌐		globe with meridians	带经纬线的地球	earth internet web worldwide	世界 全球 子午线 经线
🗺️		world map	世界地图		
🗾		map of Japan	日本地图		
🧭		compass	指南针	direction magnetic navigation orienteering	定向 导航 方向 磁性 罗盘
🏔️		snow-capped mountain	雪山	cold	冷 泠 雪封山头 雪顶
⛰️		mountain	山		峰
🌋		volcano	火山	eruption mountain nature	喷发 大自然 爆发
🗻		mount fuji	富士山	mountain nature	大自然
🏕️		camping	露营		帐篷
🏖️		beach with umbrella	沙滩伞		有伞的海滩 阳伞
🏜️		desert	沙漠		荒漠
🏝️		desert island	无人荒岛		沙滩孤岛 沙漠
🏞️		national park	国家公园		自然 风景
🏟️		stadium	体育馆		竞技场
🏛️		classical building	古典建筑		古建筑
🏗️		building construction	施工	crane	兴建 建筑施工
🧱		brick	砖	bricks clay mortar wall	墙 砂浆 黏土
🪨		rock	岩石	boulder heavy solid stone tough	固体 坚不可摧 巨石 石头
🪵		wood	木头	log lumber timber	原木 圆木 木材 木桩
🛖		hut	小屋	home house roundhouse shelter yurt	圆屋 家 茅屋 蒙古包
🏘️		houses	房屋建筑		住宅 小区 房子
🏚️		derelict house	废墟	home	废屋 荒宅 荒废 鬼屋
🏠️		house	房子	building country heart home ranch	乡村家园 住家 建筑 心之所在 房屋
🏡		house with garden	别墅	building country heart home ranch	乡村家园 住家 庭院居家 建筑 心之所在
🏢		office building	办公楼	city cubical job	写字楼 建筑
🏣		Japanese post office	日本邮局	building	建筑 邮便
🏤		post office	邮局	building european	建筑 欧洲邮局
🏥		hospital	医院	building doctor medicine	医生 医药 建筑 看病
🏦		bank	银行	building	建筑
🏨		hotel	酒店	building	建筑 旅馆
🏩		love hotel	情人酒店	building	建筑 情人旅馆 情侣酒店
🏪		convenience store	便利店	24 building hours	24 小时 商店 建筑
🏫		school	学校	building	建筑 教学楼
🏬		department store	商场	building	建筑 百货公司 百货商城 百货商店
🏭️		factory	工厂	building	建筑
🏯		Japanese castle	日本城堡	building	建筑
🏰		castle	欧洲城堡	building european	建筑
💒		wedding	婚礼	chapel hitched nuptials romance	教堂 浪漫 结婚
🗼		Tokyo tower	东京塔		
🗽		Statue of Liberty	自由女神像	new nyc york	塑像 纽约 雕塑
⛪️		church	教堂	bless chapel christian cross religion	基督教 宗教 小教堂
🕌		mosque	清真寺	islam masjid muslim religion	伊斯兰 宗教 穆斯林
🛕		hindu temple	印度寺庙		佛寺 佛教 寺院 庙宇
🕍		synagogue	犹太教堂	jewish judaism religion temple	会堂 宗教
⛩️		shinto shrine	神社	religion	宗教 日本 神道教
🕋		kaaba	克尔白	hajj islam muslim religion umrah	伊斯兰 天房 宗教 穆斯林
⛲️		fountain	喷泉		
⛺️		tent	帐篷	camping	露营
🌁		foggy	有雾		霾
🌃		night with stars	夜晚		星空 晚上
🏙️		cityscape	城市风光		都市景观 高楼大厦
🌄		sunrise over mountains	山顶日出	morning	太阳 早晨 清晨
🌅		sunrise	日出	morning nature	大自然 太阳 早晨 清晨
🌆		cityscape at dusk	城市黄昏	building evening landscape sunset	夜晚 日落 都市
🌇		sunset	日落	building dusk	夕阳
🌉		bridge at night	夜幕下的桥		晚上
♨️		hot springs	温泉	hotsprings steaming	水 热气腾腾 蒸汽
🎠		carousel horse	旋转木马	entertainment	游乐园
🛝		playground slide	游乐场滑梯	amusement park playing sliding theme	游乐园 玩耍
🎡		ferris wheel	摩天轮	amusement park theme	游乐园
🎢		roller coaster	过山车	amusement park theme	游乐园
💈		barber pole	理发店	cut fresh haircut shave	理发师 理发店旋转彩柱
🎪		circus tent	马戏团帐篷		
🚂		locomotive	蒸汽火车	caboose engine railway steam trains	守车 旅行 火车头 蒸汽车头 铁路
🚃		railway car	轨道车	electric train tram travel trolleybus	旅行 电车 铁路
🚄		high-speed train	高速列车	railway shinkansen	动车 新干线 火车 速度 高铁
🚅		bullet train	子弹头高速列车	high-speed nose railway shinkansen speed	动车 子弹列车 新干线 火车 高铁
🚆		train	火车	arrived choo railway	到站 呜呜 铁路
🚇️		metro	地铁	subway travel	捷运
🚈		light rail	轻轨	arrived monorail railway	到站 单轨电车 火车
🚉		station	车站	railway train	地铁 捷运 火车 铁路
🚊		tram	路面电车	trolleybus	捷运
🚝		monorail	单轨	vehicle	单轨电车 火车
🚞		mountain railway	山区铁路	car trip	山地铁路 火车
🚋		tram car	有轨电车	bus trolleybus	轨道
🚌		bus	公交车	school vehicle	公共汽车 大巴
🚍️		oncoming bus	迎面驶来的公交车	cars	公共汽车 大巴
🚎		trolleybus	无轨电车	tram	公共汽车
🚐		minibus	小巴	drive van vehicle	公共汽车 开车 移动房车
🚑️		ambulance	救护车	emergency vehicle	急救 车辆
🚒		fire engine	消防车	truck	救火车 火灾
🚓		police car	警车	5–0 cops patrol	巡逻 檀岛警騎 汽车 警察
🚔️		oncoming police car	迎面驶来的警车		汽车 警察
🚕		taxi	出租车	cabbie car drive vehicle yellow	小黄 开车 汽车 的士 计程车
🚖		oncoming taxi	迎面驶来的出租车	cabbie cars drove hail yellow	优步 叫车 小黄 开车 的士
🚗		automobile	汽车	car driving vehicle	开车 轿车
🚘️		oncoming automobile	迎面驶来的汽车	cars drove vehicle	开车 轿车 迎面而来
🚙		sport utility vehicle	运动型多用途车	car drive recreational sportutility	休旅车 休闲车 开车 房车 汽车
🛻		pickup truck	敞蓬小型载货卡车	automobile car flatbed pick-up transportation	交通工具 汽车 皮卡
🚚		delivery truck	货车	car drive vehicle	卡车 开车 送货
🚛		articulated lorry	铰接式货车	car drive move semi truck	拖车 搬运 铰接式卡车
🚜		tractor	拖拉机	vehicle	
🏎️		racing car	赛车	zoom	汽车 疾驰 跑车
🏍️		motorcycle	摩托车	racing	赛车
🛵		motor scooter	小型摩托车		踏板车
🦽		manual wheelchair	手动轮椅	accessibility	无障碍
🦼		motorized wheelchair	电动轮椅	accessibility	无障碍
🛺		auto rickshaw	三轮摩托车	tuk	三脚鸡 三蹦子 嘟嘟车 电动三轮车 自动人力车
🚲️		bicycle	自行车	bike class cycling cyclist gang	单车 脚踏车 自行车骑士 飞驰 骑车疾驰
🛴		kick scooter	滑板车		
🛹		skateboard	滑板	skater wheels	踩滑板
🛼		roller skate	四轮滑冰鞋	blades skates sport	旱冰 溜冰鞋 轮式 运动
🚏		bus stop	公交车站	busstop	公交站 公共汽车站
🛣️		motorway	高速公路	highway road	
🛤️		railway track	铁轨	train	火车 铁路
🛢️		oil drum	石油桶		
⛽️		fuel pump	油泵	diesel fuelpump gasoline station	加油站 柴油 燃料 燃油
🛞		wheel	车轮	car circle tire turn vehicle	圆圈 汽车 车辆 转动 轮胎
🚨		police car light	警车灯	alarm alert beacon emergency revolving	紧急 警报 警灯 警示
🚥		horizontal traffic light	横向的红绿灯	intersection signal stoplight	交通灯 信号灯
🚦		vertical traffic light	纵向的红绿灯	drove intersection signal stoplight	交叉口 交通灯 信号灯 直的红绿灯
🛑		stop sign	停止标志	octagonal	八角形 八边形
🚧		construction	路障	barrier	施工
⚓️		anchor	锚	ship tool	停泊 工具 船
🛟		ring buoy	救生圈	float lifesaver preserver rescue safety	安全 救援 救生用具 游泳 漂浮
⛵️		sailboat	帆船	resort sailing sea yacht	游艇 驾帆船
🛶		canoe	独木舟	boat	船
🚤		speedboat	快艇	billionaire lake luxury millionaire summer	亿万富翁 船 豪华游艇
🛳️		passenger ship	客轮		客船 旅客
⛴️		ferry	渡轮	boat passenger	旅客 渡船 轮船
🛥️		motor boat	摩托艇	motorboat	船
🚢		ship	船	boat passenger travel	旅客 旅行
✈️		airplane	飞机	aeroplane flying jet travel	喷气机 旅行 飞行
🛩️		small airplane	小型飞机	aeroplane	小飞机
🛫		airplane departure	航班起飞	aeroplane check-in departures	值机 出境 报到 登机 离境
🛬		airplane arrival	航班降落	aeroplane arrivals arriving landing	到达 着陆 飞机
🪂		parachute	降落伞	hang-glide parasail skydive	帆伞 悬挂滑翔 滑翔伞 跳伞
💺		seat	座位	chair	位子 椅子
🚁		helicopter	直升机	roflcopter travel vehicle	旅行 直升飞机
🚟		suspension railway	空轨		悬挂式单轨 空中轨道列车
🚠		mountain cableway	缆车	gondola lift ski	空中 索道
🚡		aerial tramway	索道	cable car gondola ropeway	空中 缆车
🛰️		satellite	卫星	space	太空
🚀		rocket	火箭	launch rockets space travel	发射 太空 旅行
🛸		flying saucer	飞碟	aliens extra terrestrial ufo	不明飞行物 外星人 外星球
🛎️		bellhop bell	服务铃	hotel	行李员 酒店
🧳		luggage	行李箱	bag packing roller suitcase travel	包装 手提箱 旅行 滚轮提箱
⌛️		hourglass done	沙漏	sand timer	时间 计时器
⏳️		hourglass not done	沙正往下流的沙漏	flowing hours sand timer waiting	等待 计时器
⌚️		watch	手表	clock time	时间
⏰️		alarm clock	闹钟	hours hrs late time waiting	小时 时间
⏱️		stopwatch	秒表	clock time	码表 计时器
⏲️		timer clock	定时器		时间 计时器
🕰️		mantelpiece clock	座钟	time	台钟 壁炉钟 时钟
🕛️		twelve o’clock	十二点	12:00 time	整点 时间 点钟
🕧️		twelve-thirty	十二点半	12:30 30 clock time	时钟
🕐️		one o’clock	一点	1:00 time	时间
🕜️		one-thirty	一点半	1:30 30 clock time	时间 钟
🕑️		two o’clock	两点	2:00 time	时钟
🕝️		two-thirty	两点半	2:30 30 clock time	时间 钟
🕒️		three o’clock	三点	3:00 time	时钟
🕞️		three-thirty	三点半	30 3:30 clock time	时间 钟
🕓️		four o’clock	四点	4:00 time	时钟
🕟️		four-thirty	四点半	30 4:30 clock time	时间 钟
🕔️		five o’clock	五点	5:00 time	时钟
🕠️		five-thirty	五点半	30 5:30 clock time	时钟
🕕️		six o’clock	六点	6:00 time	时钟
🕡️		six-thirty	六点半	30 6:30 clock	时钟
🕖️		seven o’clock	七点	0 7:00	时钟
🕢️		seven-thirty	七点半	30 7:30 clock	时钟
🕗️		eight o’clock	八点	8:00 time	时间 钟
🕣️		eight-thirty	八点半	30 8:30 clock time	时钟
🕘️		nine o’clock	九点	9:00 time	时钟
🕤️		nine-thirty	九点半	30 9:30 clock time	时钟
🕙️		ten o’clock	十点	0 10:00	时钟
🕥️		ten-thirty	十点半	10:30 30 clock time	时钟
🕚️		eleven o’clock	十一点	11:00 time	时钟
🕦️		eleven-thirty	十一点半	11:30 30 clock time	时钟
🌑		new moon	朔月	dark space	新月 月亮
🌒		waxing crescent moon	蛾眉月	dreams space	三日月 娥眉月 弯月 月亮 盈月
🌓		first quarter moon	上弦月	space	月亮
🌔		waxing gibbous moon	盈凸月	space	月亮
🌕️		full moon	满月	space	月亮 望月
🌖		waning gibbous moon	亏凸月	space	月亮 衰落
🌗		last quarter moon	下弦月	space	月亮
🌘		waning crescent moon	残月	space	亏眉月 弯月 月亮
🌙		crescent moon	弯月	ramadan space	娥眉月 新月形 月亮 残月 蛾眉月
🌚		new moon face	微笑的朔月	space	新月 月亮
🌛		first quarter moon face	微笑的上弦月	space	月亮 蛾眉月
🌜️		last quarter moon face	微笑的下弦月	dreams	月亮 残月
🌡️		thermometer	温度计	weather	天气 气温
☀️		sun	太阳	bright rays space sunny weather	光线 晴天 阳光明媚 阳光普照
🌝		full moon face	微笑的月亮	bright	望月 满月
🌞		sun with face	微笑的太阳	beach bright day heat shine	温暖阳光 阳光明媚
🪐		ringed planet	有环行星	saturnine	土星
⭐️		star	星星	astronomy medium stars white	五角星 白色星星
🌟		glowing star	闪亮的星星	glittery night shining sparkle	发光 闪光
🌠		shooting star	流星	falling night space	夜晚 太空 星空 陨落之星
🌌		milky way	银河	space	太空 星空
☁️		cloud	云	weather	云彩 云朵 天气 阴
⛅️		sun behind cloud	阴	cloudy weather	乌云蔽日 多云
⛈️		cloud with lightning and rain	雷阵雨	thunderstorm	暴风雨 雷暴
🌤️		sun behind small cloud	晴偶有云	weather	天气 太阳 少云 阴
🌥️		sun behind large cloud	多云	weather	太阳 泠 阴
🌦️		sun behind rain cloud	晴转雨	weather	下雨 天气 太阳 晴时多云偶阵雨
🌧️		cloud with rain	下雨	weather	云 天气
🌨️		cloud with snow	下雪	cold weather	云 天气
🌩️		cloud with lightning	打雷	weather	云 天气 闪电
🌪️		tornado	龙卷风	cloud weather whirlwind	云 天气 旋风
🌫️		fog	雾	cloud weather	云 霾
🌬️		wind face	大风	blow cloud	狂风 风吹
🌀		cyclone	台风	dizzy hurricane twister typhoon weather	天气 旋风 晕 气旋 飓风
🌈		rainbow	彩虹	gay genderqueer glbtq lesbian lgbtqia	双性恋 同志 跨性别
🌂		closed umbrella	收起的伞	clothing rain	下雨 雨伞
☂️		umbrella	伞	clothing rain	雨伞
☔️		umbrella with rain drops	雨伞	clothing weather	下雨 雨滴
⛱️		umbrella on ground	阳伞	rain sun	下雨 地上的阳伞 太阳
⚡️		high voltage	高压	danger electricity lightning nature thunderbolt	危险 有电 闪电
❄️		snowflake	雪花	cold weather	冷 天气
☃️		snowman	雪与雪人	cold	泠
⛄️		snowman without snow	雪人	cold	下雪 泠
☄️		comet	彗星	space	太空
🔥		fire	火焰	af burn flame hot litaf	燃烧
💧		droplet	水滴	cold comic nature sad sweat	冷 天气 眼泪
🌊		water wave	浪花	nature ocean surfer surfing	波浪 海洋
activities
🎃		jack-o-lantern	南瓜灯	celebration halloween pumpkin	万圣节 庆祝 灯笼
🎄		Christmas tree	圣诞树	celebration	庆祝 装饰
🎆		fireworks	焰火	boom celebration entertainment yolo	庆典 庆祝 炮竹 烟花 爆竹
🎇		sparkler	烟花	boom celebration fireworks	庆祝 火花 烟火 焰火
🧨		firecracker	爆竹	dynamite explosive fireworks light popping	光亮 火花 炸药 烟火 烟花
✨️		sparkles	闪亮	* magic star	星星 火花 闪光 闪耀
🎈		balloon	气球	birthday celebrate celebration	庆祝 生日 节日
🎉		party popper	拉炮彩带	awesome birthday celebrate celebration excited	兴奋 呱呱叫 庆祝 派对礼宾花 生日
🎊		confetti ball	五彩纸屑球	celebrate celebration party woohoo	庆祝 彩色纸屑 舞会
🎋		tanabata tree	七夕树	banner celebration japanese	庆祝 日本 条幅
🎍		pine decoration	门松	bamboo celebration japanese plant	庆祝 日本 松树 盆栽 竹
🎎		Japanese dolls	日本人形	celebration festival	娃娃 庆祝 日本人偶 节日
🎏		carp streamer	鲤鱼旗	celebration	庆祝 日本 男孩节 长旗
🎐		wind chime	风铃	bell celebration	庆祝 铃铛
🎑		moon viewing ceremony	赏月	celebration	中秋 佳节 庆祝 月亮 祭月
🧧		red envelope	红包	gift good hóngbāo lai luck	利事 利是 好运 礼物 红信封
🎀		ribbon	蝴蝶结	celebration	丝带 庆祝 缎带
🎁		wrapped gift	礼物	birthday bow box celebration christmas	包礼物 包装 圣诞 庆祝 惊喜
🎗️		reminder ribbon	提示丝带	celebration	庆典 庆祝 暗示 飘带
🎟️		admission tickets	入场券		门票
🎫		ticket	票	admission stub	入场券 电影票 票根 车票 门票
🎖️		military medal	军功章	award celebration	军队 勋章 奖章
🏆️		trophy	奖杯	champion champs prize slay sport	冠军 奖励 奖品 奖赏 胜利
🏅		sports medal	奖牌	award gold winner	获胜 运动会奖牌 运动员 金牌
🥇		1st place medal	金牌	first gold	第一名奖牌
🥈		2nd place medal	银牌	second silver	亚军 第二名奖牌
🥉		3rd place medal	铜牌	bronze third	季军 第三名奖牌
⚽️		soccer ball	足球	football futbol sport	大罗 梅西 球赛 罗纳尔多 胖罗
⚾️		baseball	棒球	sport	运动
🥎		softball	垒球	glove sports underarm	手套 腋下 运动
🏀		basketball	篮球	hoop sport	打球 篮筐 运动
🏐		volleyball	排球	game	球赛
🏈		american football	美式橄榄球	bowl sport super	
🏉		rugby football	英式橄榄球	sport	运动
🎾		tennis	网球	ball racquet sport	网球拍
🥏		flying disc	飞盘	ultimate	圆盘 极限运动 终极
🎳		bowling	保龄球	ball game sport strike	全倒 运动
🏏		cricket game	板球	ball bat	球拍
🏑		field hockey	曲棍球	ball game stick	球棍 球赛
🏒		ice hockey	冰球	game puck stick	冰球杆 球棍
🥍		lacrosse	袋棍球	ball goal sports stick	得分 球棍 球门 运动 长曲棍球
🏓		ping pong	乒乓球	ball bat game paddle pingpong	桌球 比赛 球拍
🏸		badminton	羽毛球	birdie game racquet shuttlecock	球拍 羽球
🥊		boxing glove	拳击手套		
🥋		martial arts uniform	练武服	judo karate taekwondo	制服 柔道 武术 空手道 跆拳道
🥅		goal net	球门		球网
⛳️		flag in hole	高尔夫球洞	golf sport	果岭旗 高球
⛸️		ice skate	滑冰	skating	冰刀 溜冰
🎣		fishing pole	钓鱼竿	entertainment sport	钓竿 鱼杆
🤿		diving mask	潜水面罩	scuba snorkeling	浮潜 深潜
🎽		running shirt	运动背心	athletics sash	上衣 跑步 运动服 饰带
🎿		skis	滑雪	snow sport	运动
🛷		sled	雪橇	luge sledge sleigh snow toboggan	下雪 乘雪橇 平底雪橇 驾雪橇
🥌		curling stone	冰壶	game rock	冰上溜石 比赛 游戏 石壶
🎯		bullseye	正中靶心的飞镖	dart direct entertainment game hit	标的 直接命中 要害
🪀		yo-yo	悠悠球	fluctuate toy	上下起落 溜溜球 犹豫不决 玩具
🪁		kite	风筝	fly soar	翱翔 飞翔
🔫		water pistol	水枪	gun handgun revolver tool weapon	工具 左轮 手枪 武器
🎱		pool 8 ball	台球	8ball billiard eight game	8 球制桌球 8号球 台球台 游戏 霹雳八球
🔮		crystal ball	水晶球	fairytale fantasy fortune future magic	命运 工具 梦幻 童话 财富
🪄		magic wand	魔棒	magician witch wizard	女巫 巫师 魔术师 魔杖 魔法
🎮️		video game	游戏手柄	controller entertainment	游戏控制器 电子游戏
🕹️		joystick	游戏操控杆	game videogame	电子游戏
🎰		slot machine	老虎机	casino gamble gambling game slots	吃角子老虎 游戏 角子机 赌博 赌场
🎲		game die	骰子	dice entertainment	掷骰子 色子 骰子游戏
🧩		puzzle piece	拼图	clue interlocking jigsaw	图片 智力游戏 相扣 线索 联锁
🧸		teddy bear	泰迪熊	plaything plush stuffed toy	填充 毛绒玩具 玩偶 玩物 长毛绒
🪅		piñata	彩罐	candy celebrate celebration cinco de	五月节 墨西哥 庆祝 皮纳塔 糖果
🪩		mirror ball	镜球	dance disco glitter party	派对 聚会 舞会 舞厅 舞蹈
🪆		nesting dolls	套娃	babooshka baboushka babushka matryoshka russia	俄罗斯套娃 俄罗斯娃娃
♠️		spade suit	黑桃	card game	扑克 牌 葵扇 黑桃花色
♥️		heart suit	红桃	card emotion game hearts	扑克 牌 红心 红桃花色
♦️		diamond suit	方片	card game	扑克 方块 牌局
♣️		club suit	梅花	card clubs game	扑克 梅花花色 牌 草花
♟️		chess pawn	兵	dupe expendable	受骗者 国际象棋 牺牲品
🃏		joker	大小王	card game wildcard	大王 扑克小丑 百搭牌 鬼牌
🀄️		mahjong red dragon	红中	game	方城之战 牌局 麻将红中
🎴		flower playing cards	花札	game japanese	卡牌 日本 游戏 花斗 花牌
🎭️		performing arts	表演艺术	actor actress entertainment mask theater	剧院 女演员 戏剧 莎士比亚 面具
🖼️		framed picture	带框的画	art museum painting	加框的照片 博物馆 画框 艺术
🎨		artist palette	调色盘	artsy arty colorful creative entertainment	创意 博物馆 多种色彩 娱乐 画家
🧵		thread	线	needle sewing spool string	卷盘 线轴 绳子 缝纫 针线
🪡		sewing needle	缝合针	embroidery stitches sutures tailoring thread	绣花针 缝纫 缝线 缝衣针 裁剪
🧶		yarn	毛线	ball crochet knit	毛线球 钩针编织
🪢		knot	结	cord rope tangled tie twine	八字结 打结 绳子 绳扣 绳结
objects
👓️		glasses	眼镜	clothing eyeglasses eyewear	服饰 眼睛
🕶️		sunglasses	墨镜	dark eyewear	太阳镜
🥽		goggles	护目镜	dive eye protection scuba swimming	护眼 水肺 游泳 潜水 焊接
🥼		lab coat	白大褂	clothes doctor dr experiment jacket	医生 外衣 实验人员 实验室白大褂 实验服
🦺		safety vest	救生衣	emergency	安全 紧急 背心 逃生
👔		necktie	领带	clothing employed serious shirt	工作 正式 衬衫领带
👕		t-shirt	T恤	blue casual clothes clothing collar	休闲服装 恤衫
👖		jeans	牛仔裤	blue casual clothes clothing denim	休闲 周末 蓝色 裤子
🧣		scarf	围巾	bundle cold neck up	冷 包紧 围脖 头巾
🧤		gloves	手套	hand	
🧥		coat	外套	brr bundle cold jacket up	夹克 超冷
🧦		socks	袜子	stocking	短袜 长袜
👗		dress	连衣裙	clothes clothing dressed fancy shopping	衣服 裙子
👘		kimono	和服	clothing comfortable	日本 衣服
🥻		sari	纱丽	clothing dress	印度 披肩 莎丽 衣服 连衣裙
🩱		one-piece swimsuit	连体泳衣	bathing	一片式 泳装 游泳 连身泳衣
🩲		briefs	三角裤	bathing one-piece suit swimsuit underwear	一片式 内裤 泳衣 泳装 短裤
🩳		shorts	短裤	bathing pants suit swimsuit underwear	内裤 四角裤 泳衣 泳装 泳裤
👙		bikini	比基尼	bathing beach clothing pool suit	三点式 泳装 游泳
👚		woman’s clothes	女装	blouse clothing collar dressed lady	女生衣服 女衬衫
🪭		folding hand fan	折扇	clack clap cooling dance flirt	凉快 啪嗒声 害羞 扇动 扇子
👛		purse	钱包	clothes clothing coin dress fancy	血拼 铜板
👜		handbag	手提包	clothes clothing dress lady purse	包包 挎包 血拼
👝		clutch bag	手袋	clothes clothing dress handbag pouch	化妆包 手拿包
🛍️		shopping bags	购物袋	hotel	包 逛街
🎒		backpack	书包	backpacking bag bookbag education rucksack	上学
🩴		thong sandal	夹趾凉鞋	beach flip flop sandals shoe	人字拖 沙滩凉鞋 草屡
👞		man’s shoe	男鞋	brown clothes clothing feet foot	棕色 皮鞋
👟		running shoe	跑鞋	athletic clothes clothing fast kick	运动鞋
🥾		hiking boot	登山鞋	backpacking brown camping outdoors shoe	健行 徒步 户外 背包 远足野营
🥿		flat shoe	平底鞋	ballet comfy flats slip-on slipper	一脚蹬 便鞋 平底芭蕾舞鞋
👠		high-heeled shoe	高跟鞋	clothes clothing dress fashion heels	女 时装
👡		woman’s sandal	女式凉鞋	clothing shoe	
🩰		ballet shoes	芭蕾舞鞋	dance	舞蹈 足尖鞋 跳舞
👢		woman’s boot	女靴	clothes clothing dress shoes shopping	女式靴子
🪮		hair pick	发夹	afro comb groom	圆蓬 头发 夹子 小刷子 梳子
👑		crown	皇冠	clothing family king medieval queen	国王 权力的游戏 王冠 王后 皇家
👒		woman’s hat	女帽	clothes clothing garden hats party	女式 帽子 花园派对
🎩		top hat	礼帽	clothes clothing fancy formal magic	帽子 正式 高帽
🎓️		graduation cap	毕业帽	celebration clothing education hat scholar	四方帽 学位 学者
🧢		billed cap	鸭舌帽	baseball bent dad hat	帽子 棒球帽
🪖		military helmet	军用头盔	army soldier warrior	军事 军队 士兵 战争 战士
⛑️		rescue worker’s helmet	白十字头盔	aid cross face hat	安全帽 救援人员头盔 脸
📿		prayer beads	念珠	clothing necklace religion	宗教 珠子 祈祷 项链
💄		lipstick	唇膏	cosmetics date makeup	化妆品 口红 约会
💍		ring	戒指	diamond engaged engagement married romance	结婚 订婚 钻戒 闪
💎		gem stone	宝石	diamond engagement jewel money romance	婚礼 珠宝 订婚 钻石
🔇		muted speaker	已静音的扬声器	quiet silent sound	声音 安静 扬声器关闭 无声
🔈️		speaker low volume	低音量的扬声器	soft sound	低音量扬扬声 喇叭 小声 小音量 轻声
🔉		speaker medium volume	中等音量的扬声器	sound	中音量扬声器
🔊		speaker high volume	高音量的扬声器	loud music sound	大声 大音量
📢		loudspeaker	喇叭	address communication public sound	公共广播 大声 扩音器 通知
📣		megaphone	扩音器	cheering sound	呼喊 喇叭筒 大声 通知
📯		postal horn	邮号		号角 喇叭 邮政
🔔		bell	铃铛	break church sound	叮当 响铃 钟声 铃声
🔕		bell with slash	禁止响铃	forbidden mute not prohibited quiet	响铃关闭 安静 无声 静音
🎼		musical score	乐谱	note	五线谱 曲谱 音乐 音符
🎵		musical note	音符	sound	乐谱 五线谱 八分音符 音乐
🎶		musical notes	多个音符	sound	乐谱 五线谱 八分音符 音乐
🎙️		studio microphone	录音室麦克风	music	音乐
🎚️		level slider	电平滑块	music	调节滑块 音乐 音量
🎛️		control knobs	控制旋钮	music	调节 音乐
🎤		microphone	麦克风	karaoke music sing sound	k歌 卡拉ok 唱k 唱歌
🎧️		headphone	耳机	earbud sound	头戴式耳机 耳塞
📻️		radio	收音机	entertainment tbt video	娱乐 广播电台 无线电
🎷		saxophone	萨克斯管	instrument music	乐器 吹奏 演奏 萨克斯风 音乐
🎺		trumpet	小号	instrument music	乐器 吹奏 喇叭 音乐
🪗		accordion	手风琴	box concertina instrument music squeezebox	乐器 六角形风琴 音乐
🎸		guitar	吉他	instrument music strat	乐器 弹奏 演奏 电吉他 音乐
🎹		musical keyboard	音乐键盘	instrument piano	乐器 弹奏 演奏 钢琴
🎻		violin	小提琴	instrument music	乐器 是特拉迪瓦尔 演奏 音乐
🪕		banjo	班卓琴	music stringed	弦乐器 弹奏 音乐
🥁		drum	鼓	drumsticks music	音乐 鼓声 鼓槌
🪘		long drum	长鼓	beat conga instrument rhythm	乐器 康加鼓 康茄鼓 敲 节奏
🪇		maracas	沙球	cha dance instrument music party	恰恰 打击乐器 拨浪鼓 摇动 沙槌
🪈		flute	长笛	band fife flautist instrument marching	乐队 木管乐器 横笛 短笛 竖笛
📱		mobile phone	手机	cell communication telephone	手提电话 智能手机 移动电话 移动通信
📲		mobile phone with arrow	带有箭头的手机	build call cell communication receive	接收 智能手机 来电 移动电话 通信
☎️		telephone	电话		固定电话 固话 座机
📞		telephone receiver	电话听筒	communication voip	固定电话 固话 座机 通信
📟️		pager	寻呼机	communication	bb 机 传呼机 通信
📠		fax machine	传真机	communication	传真号 发传真
🔋		battery	电池		正极 电极 电源 蓄电池 负极
🪫		low battery	电池电量不足	drained electronic energy power	低能量 电子 电池电量低
🔌		electric plug	电源插头	electricity	电插头 电线
💻️		laptop	笔记本电脑	computer office pc personal	个人电脑 手提电脑
🖥️		desktop computer	台式电脑	monitor	个人电脑 显示器 显示屏 计算机
🖨️		printer	打印机	computer	印刷机 喷墨打印 复印 扫描 激光打印
⌨️		keyboard	键盘	computer	打字 按键 电脑 输入
🖱️		computer mouse	电脑鼠标		有线鼠标 激光鼠标 点击 点按
🖲️		trackball	轨迹球	computer	有线鼠标 电脑 追踪球
💽		computer disk	电脑光盘	minidisk optical	mini光盘 迷你光盘 迷你光碟 迷你唱片
💾		floppy disk	软盘	computer	3.5英寸 便携 存储 电脑 磁盘
💿️		optical disk	光盘	blu-ray cd computer dvd	专辑 存储 影片 蓝光 音乐
📀		dvd	DVD	blu-ray cd computer disk optical	光盘 光碟 影片 电脑 蓝光
🧮		abacus	算盘	calculation calculator	计算器
🎥		movie camera	电影摄影机	bollywood cinema film hollywood record	录像 摄像机 摄录机
🎞️		film frames	影片帧	cinema movie	电影胶卷 电影胶片
📽️		film projector	电影放映机	cinema movie video	影片 投影仪 视频
🎬️		clapper board	场记板	action movie	打板 拍电影
📺️		television	电视机	tv video	看电视 节目 视频
📷️		camera	相机	photo selfie snap tbt trip	卡片相机 拍照 摄影 照片 照相机
📸		camera with flash	开闪光灯的相机	video	带闪光灯的相机 拍照 闪光灯打开
📹️		video camera	摄像机	camcorder tbt	录像机 录影 拍摄 摄影机 视频
📼		videocassette	录像带	old school tape vcr vhs	录影带 磁带
🔍️		magnifying glass tilted left	左斜的放大镜	lab left-pointing science search tool	工具 搜索 查找
🔎		magnifying glass tilted right	右斜的放大镜	contact lab right-pointing science search	工具 搜索 查找
🕯️		candle	蜡烛	light	烛光 烛火 照明 燃烧
💡		light bulb	灯泡	comic electric idea	主意 想法 点子 电灯泡 白炽灯
🔦		flashlight	手电筒	electric tool torch	光 工具 照明
🏮		red paper lantern	红灯笼	bar light restaurant	光 喜庆 居酒屋 日本 节日
🪔		diya lamp	印度油灯	light oil	排灯节 迪亚
📔		notebook with decorative cover	精装笔记本	decorated education school writing	书 写作 学校 封面 教育
📕		closed book	合上的书本	education	书本合起
📖		open book	打开的书本	education fantasy knowledge library novels	图书馆 小说 开卷 知识 读书
📗		green book	绿色书本	education fantasy library reading	图书馆 教育 绿皮书 阅读
📘		blue book	蓝色书本	education fantasy library reading	图书馆 教育 篮 蓝皮书 阅读
📙		orange book	橙色书本	education fantasy library reading	图书馆 教育 橘皮书 橘色 阅读
📚️		books	书	education fantasy knowledge library novels	书本 书籍 图书馆 学习 学校
📓		notebook	笔记本		日记本 本子 记事本 记录
📒		ledger	账本	notebook	笔记本 记事本 记账 账簿
📃		page with curl	带卷边的页面	document paper	卷曲 文书 文件 文档 纸张
📜		scroll	卷轴	paper	卷纸 画卷 纸卷 羊皮纸
📄		page facing up	文件	document paper	文书 文档 页面向上
📰		newspaper	报纸	communication	传播 报道 新闻 看报 读报
🗞️		rolled-up newspaper	报纸卷		卷起的报纸 新闻
📑		bookmark tabs	标签页	marker	书签页标签 有书签的页面
🔖		bookmark	书签		标签 读书 阅读
🏷️		label	标签	tag	吊牌 标记 行李牌
🪙		coin	硬币	dollar euro gold metal money	富有 欧元 美元 财富 金属
💰️		money bag	钱袋	bank bet billion cash cost	付钱 十亿 变现 守财奴 富有
💴		yen banknote	日元	bill currency money	日币 现金 纸币 货币 钞票
💵		dollar banknote	美元	bill currency money	现金 纸币 美刀 美钞 货币
💶		euro banknote	欧元	100 bill currency money rich	现金 纸币 货币 钞票 钱
💷		pound banknote	英镑	billion cash currency money pounds	现金 纸币 货币 钞票 钱
💸		money with wings	长翅膀的钱	banknote billion cash dollar fly	纸币 花钱 飞
💳️		credit card	信用卡	bank cash charge money pay	借记卡 刷卡 收钱 现金卡 贷记卡
🧾		receipt	收据	accounting bookkeeping evidence invoice proof	会计 信封 凭据 发票 收条
💹		chart increasing with yen	趋势向上且带有日元符号的图表	bank currency graph growth market	上扬 上涨 日元升值 日元汇率 日币
✉️		envelope	信封	e-mail email letter	信件 信息 来信 电子邮件 电邮
📧		e-mail	电子邮件	email letter	信件 信封 电邮
📨		incoming envelope	来信	delivering e-mail email letter mail	信件 信封 发送 接收 收信
📩		envelope with arrow	收邮件	communication down e-mail email letter	信件 发信 发出 发送 发邮件
📤️		outbox tray	发件箱	email letter mail sent	信件 发信 发送 发邮件 收件箱
📥️		inbox tray	收件箱	email letter mail receive zero	信件 接收 收信 收到邮件 电子邮件
📦️		package	包裹	box communication delivery parcel shipping	快递 指向 盒子 箱子 装货
📫️		closed mailbox with raised flag	有待收信件	communication postbox	信箱 旗标 有新信件 邮箱关闭红旗升起
📪️		closed mailbox with lowered flag	无待收信件	postbox	信箱关闭红旗放下 旗标 无新信件
📬️		open mailbox with raised flag	有新信件	postbox	信箱打开红旗升起 旗标 有待收信件
📭️		open mailbox with lowered flag	无新信件	postbox	信箱打开红旗放下 旗标 无待收信件 邮件 邮递
📮		postbox	邮筒	mailbox	信箱 寄信 邮箱
🗳️		ballot box with ballot	投票箱		盒子 选举 选票
✏️		pencil	铅笔		橡皮擦 画画 画笔 绘画
✒️		black nib	钢笔尖	pen	写字 硬笔 黑色笔尖
🖋️		fountain pen	钢笔		写字 硬笔
🖊️		pen	笔	ballpoint	原子笔 圆珠笔 油笔
🖌️		paintbrush	画笔	painting	毛笔 画刷 笔刷
🖍️		crayon	蜡笔		油画棒
📝		memo	备忘录	communication media notes pencil	便条簿 便笺 铅笔
💼		briefcase	公文包	office	上班 公事包 办公室 手提包 文件
📁		file folder	文件夹		办公 文具 硬纸夹
📂		open file folder	打开的文件夹		办公 打开文件夹 文具
🗂️		card index dividers	索引分隔文件夹		分隔卡 隔板
📅		calendar	日历	date	日期
📆		tear-off calendar	手撕日历		日期
🗒️		spiral notepad	线圈本		文具 笔记本 记事本
🗓️		spiral calendar	线圈日历	pad	日期 记事本
📇		card index	卡片索引	old rolodex school	卡牌索引 名片索引 目录
📈		chart increasing	趋势向上的图表	data graph growth right trend	上升 上涨图表 上涨趋势线 成长
📉		chart decreasing	趋势向下的图表	data downward graph negative trend	下跌图表 下跌趋势线 下降
📊		bar chart	条形图	data graph	图形 图表 柱形图 直方图 资料
📋️		clipboard	剪贴板	do list notes	写字夹板 写字板 剪贴簿 夹子 待办事项
📌		pushpin	图钉	collage	固定 拼贴 按钉
📍		round pushpin	圆图钉	location map	位置 固定
📎		paperclip	回形针		万字夹 回纹针 曲别针 纸夹
🖇️		linked paperclips	连起来的两个回形针		万字夹 回纹针 曲别针 纸夹 连接的回形针
📏		straight ruler	直尺	angle edge math straightedge	尺子 数学 文具 测量 长度
📐		triangular ruler	三角尺	angle math set slide triangle	数学 文具 测量 角度
✂️		scissors	剪刀	cutting paper tool	修剪 剪子 剪裁 工具
🗃️		card file box	卡片盒		存档 文件 标签 档案 箱
🗄️		file cabinet	文件柜	filing paper	存档 归档 收纳 档案
🗑️		wastebasket	垃圾桶	can garbage trash	垃圾篓 废纸篓
🔒️		locked	合上的锁	closed private	上锁 私密 锁住 锁头 锁定
🔓️		unlocked	打开的锁	cracked open	取消锁定 开锁 破解 解锁
🔏		locked with pen	墨水笔和锁	ink nib privacy	笔尖 钢笔 隐私
🔐		locked with key	钥匙和锁	bike closed secure	安全 脚踏车锁 锁上
🔑		key	钥匙	keys lock major password unlock	密码 密钥 开锁 解锁
🗝️		old key	老式钥匙	clue lock	古老的钥匙 旧钥匙 线索
🔨		hammer	锤子	home improvement repairs tool	修理 家居修缮 工具 敲 施工
🪓		axe	斧头	chop hatchet split wood	切 劈 木头 砍
⛏️		pick	铁镐	hammer mining tool	工具 挖掘 采矿 锄头 鹤嘴锄
⚒️		hammer and pick	锤子与镐	tool	工具 铁锤 铁镐 镐子
🛠️		hammer and wrench	锤子与扳手	spanner tool	工具 铁锤
🗡️		dagger	匕首	knife weapon	武器 短刀 短剑
⚔️		crossed swords	交叉放置的剑	weapon	十字 双剑 战死 武器
💣️		bomb	炸弹	boom comic dangerous explosion hot	爆炸
🪃		boomerang	回旋镖	rebound repercussion weapon	反弹 回弹 土著 武器 飞镖
🏹		bow and arrow	弓和箭	archery sagittarius tool weapon zodiac	人马座 射手座 射箭 弓箭
🛡️		shield	盾牌	weapon	武器 防御
🪚		carpentry saw	木工锯	carpenter cut lumber tool trim	修剪 工具 木匠 木材 锯子
🔧		wrench	扳手	home improvement spanner tool	家居修缮 工具 螺丝扳手
🪛		screwdriver	螺丝刀	flathead handy tool	工具
🔩		nut and bolt	螺母与螺栓	home improvement tool	工具 螺丝 螺帽 螺钉
⚙️		gear	齿轮	cogwheel tool	传动 工具 机械 零件
🗜️		clamp	夹钳	compress tool vice	压缩 夹具 工具 机械 紧固
⚖️		balance scale	天平	justice libra scales tool weight	公平 公正 天秤座 星座 正义
🦯		white cane	盲杖	accessibility blind probing	拐杖 无障碍 盲人
🔗		link	链接	links	网址 链条 锁链
⛓️		chains	链条		铁链 锁链
🪝		hook	挂钩	catch crook curve ensnare point	卖点 弯钩 抓 曲线 钩子
🧰		toolbox	工具箱	chest mechanic red	大箱子 机修 红盒子
🧲		magnet	磁铁	attraction horseshoe magnetic negative positive	u 型 吸引力 正负 磁性 马蹄铁
🪜		ladder	梯子	climb rung step	台阶 梯级 横档 爬梯 阶梯
⚗️		alembic	蒸馏器	chemistry tool	净化 化学 实验 工具
🧪		test tube	试管	chemistry experiment lab science	化学家 实验室 科学
🧫		petri dish	培养皿	bacteria biologist biology culture lab	实验室 生物学家 细菌
🧬		dna	DNA	biologist evolution genetics life	基因 演化 生命 生物学家 进化
🔬		microscope	显微镜	experiment lab science tool	实验室 工具 生物 科学 细胞
🔭		telescope	望远镜	contact extraterrestrial science tool	外星人 天体 天文学 工具 接触
📡		satellite antenna	卫星天线	aliens contact dish science	信号接收 卫星接收天线 卫星碟形天线 外星人 接触
💉		syringe	注射器	doctor flu medicine needle shot	医学 医生 工具 打针 接种
🩸		drop of blood	血滴	bleed donation injury medicine menstruation	医疗 月经 流血 献血 经血
💊		pill	药丸	doctor drugs medicated medicine pills	医生 吃药 治疗 生病 用药
🩹		adhesive bandage	创可贴		ok绷 伤口 受伤 绷带 胶布
🩼		crutch	拐杖	aid cane disability help hurt	受伤 手杖 残疾 活动助行类辅具 辅助
🩺		stethoscope	听诊器	doctor heart medicine	医生 医疗 心脏 心跳 诊断
🩻		x-ray	X射线	bones doctor medical skeleton skull	x 射线 医生 医疗 骨架 骨骼
🚪		door	门	back closet front	出入口 前门 后门 大门 屋门
🛗		elevator	电梯	accessibility hoist lift	升降机 可达性
🪞		mirror	镜子	makeup reflection reflector speculum	化妆 反射镜 窥镜
🪟		window	窗户	air frame fresh opening transparent	开窗 新鲜空气 景色 窗口 窗框
🛏️		bed	床	hotel sleep	宾馆 床垫 床铺 睡眠 睡觉
🛋️		couch and lamp	沙发和灯	hotel	家 阅读
🪑		chair	椅子	seat sit	坐下 座位 椅背
🚽		toilet	马桶	bathroom	卫生间 厕所 洗手间
🪠		plunger	活塞	cup force plumber poop suction	便便 吸力 搋子 水管工 通厕所
🚿		shower	淋浴	water	喷头 喷水 洗澡 花洒
🛁		bathtub	浴缸		沐浴 泡沫浴 泡澡 洗澡 浴盆
🪤		mouse trap	捕鼠器	bait cheese lure mousetrap snare	奶酪 老鼠夹 诱饵 陷进 陷阱
🪒		razor	剃须刀	sharp shave	刮刀 剃刀 毛 胡子 锋利
🧴		lotion bottle	乳液瓶	moisturizer shampoo sunscreen	保湿乳液 护肤霜 洗剂瓶 洗发水 洗发露
🧷		safety pin	安全别针	diaper punk rock	扣针
🧹		broom	扫帚	cleaning sweeping witch	女巫 巫婆 打扫 扫地 清洁
🧺		basket	筐	farming laundry picnic	农作 洗衣 种植 篮子 脏衣篮
🧻		roll of paper	卷纸	toilet towels	卫生纸 手纸 纸卷 纸巾
🪣		bucket	桶	cask pail vat	大桶 木桶 水桶 缸
🧼		soap	皂	bar bathing cleaning lather soapdish	杀菌 泡沫 洗手 洗澡 清洁
🫧		bubbles	气泡	burp clean floating pearl soap	打嗝 水下 泡泡 清洁 漂浮
🪥		toothbrush	牙刷	bathroom clean dental hygiene teeth	刷子 卫生 情节 洗漱 浴室
🧽		sponge	海绵	absorbing cleaning porous soak	吸收 吸水 多孔 浸泡 清洁
🧯		fire extinguisher	灭火器	quench	压制 火灾 熄灭
🛒		shopping cart	购物车	trolley	手推车 采购
🚬		cigarette	香烟	smoking	卷烟 吸烟 抽烟 烟草
⚰️		coffin	棺材	dead death vampire	埋葬 死亡 灵柩 葬礼 陵墓
🪦		headstone	墓碑	cemetery dead graveyard memorial rip	公墓 坟墓 墓园 墓地 安息
⚱️		funeral urn	骨灰缸	ashes death	丧礼 死亡 瓮 葬礼 骨灰罐
🧿		nazar amulet	纳扎尔护身符	bead blue charm evil-eye talisman	小装饰品 恶魔之眼 珠子 符咒 蓝色
🪬		hamsa	法蒂玛之手	amulet fatima fortune guide hand	保护 好运 手掌 护身符 玛丽
🗿		moai	摩埃	face moyai statue stoneface travel	复活岛 复活节岛石像 摩艾石像 旅行 毛埃
🪧		placard	标语牌	demonstration notice picket plaque protest	告示 布告 标志 标牌 海报
🪪		identification card	身份证	credentials document license security	凭证 安全 执照 证件
symbols
🏧		ATM sign	取款机	automated bank cash money teller	提款机 柜员机 标识 银行
🚮		litter in bin sign	倒垃圾	litterbin	垃圾丢弃处 垃圾入篓 垃圾桶
🚰		potable water	饮用水	drinking	可以喝的 喝水 接水 水龙头
♿️		wheelchair symbol	轮椅标识	access handicap	无障碍 残疾 残障 轮椅符号
🚹️		men’s room	男厕	bathroom lavatory man restroom toilet	卫生间 厕所 洗手间 男士
🚺️		women’s room	女厕	bathroom lavatory restroom toilet wc	卫生间 厕所 女士 洗手间
🚻		restroom	卫生间	bathroom lavatory toilet wc	厕所 洗手间
🚼️		baby symbol	宝宝	changing	婴儿 换尿片 母婴室
🚾		water closet	厕所	bathroom lavatory restroom toilet wc	卫生间 洗手间 盥洗室
🛂		passport control	护照检查		安检 通行证
🛃		customs	海关	packing	行李打包
🛄		baggage claim	提取行李	arrived bags case checked journey	旅行
🛅		left luggage	寄存行李	baggage case locker	储物柜
⚠️		warning	警告	caution	小心
🚸		children crossing	儿童过街	pedestrian traffic	交通 安全 指示牌 行人
⛔️		no entry	禁止通行	do fail forbidden not pass	交通 禁止入内 禁行 请勿入内 请勿驶入
🚫		prohibited	禁止	entry forbidden not smoke	不准 不许 严禁 禁入 禁行
🚳		no bicycles	禁止自行车	bike forbidden not prohibited	严禁 交通 禁行自行车 非机动车
🚭️		no smoking	禁止吸烟	forbidden not prohibited smoke	严禁 抽烟 禁烟
🚯		no littering	禁止乱扔垃圾	forbidden not prohibited	严禁 禁丢垃圾
🚱		non-potable water	非饮用水	dry non-drinking prohibited	禁止用水 节约用水 非直饮水
🚷		no pedestrians	禁止行人通行	forbidden not prohibited	严禁
📵		no mobile phones	禁止使用手机	cell forbidden not prohibited telephone	严禁 电话
🔞		no one under eighteen	18禁	18 age forbidden not prohibited	儿童不宜 未成年人不宜 禁止
☢️		radioactive	辐射	sign	放射性 标识
☣️		biohazard	生物危害	sign	动物 当心感染 污染 警告
⬆️		up arrow	向上箭头	cardinal direction north	北 方位 方向 标识
↗️		up-right arrow	右上箭头	direction intercardinal northeast	东北 方位 方向 标识
➡️		right arrow	向右箭头	cardinal direction east	东 方向 标识
↘️		down-right arrow	右下箭头	direction intercardinal southeast	东南 方位 方向 标识
⬇️		down arrow	向下箭头	cardinal direction south	基本 方位 正南
↙️		down-left arrow	左下箭头	direction intercardinal southwest	方向 标识 西南
⬅️		left arrow	向左箭头	cardinal direction west	方向 标识 西
↖️		up-left arrow	左上箭头	direction intercardinal northwest	方向 标识 西北
↕️		up-down arrow	上下箭头		
↔️		left-right arrow	左右箭头		
↩️		right arrow curving left	右转弯箭头		向左弯曲的右箭头
↪️		left arrow curving right	左转弯箭头		向右弯曲的左箭头
⤴️		right arrow curving up	右上弯箭头		向上弯曲的右箭头
⤵️		right arrow curving down	右下弯箭头		向下弯曲的右箭头
🔃		clockwise vertical arrows	顺时针垂直箭头	refresh reload	刷新 垂直顺时针箭头 方向 标识 重新载入
🔄		counterclockwise arrows button	逆时针箭头按钮	again anticlockwise deja refresh rewindershins	倒转 再次 刷新
🔙		BACK arrow	返回箭头		回退
🔚		END arrow	结束箭头		终点
🔛		ON! arrow	ON! 箭头	mark	开始 标识
🔜		SOON arrow	SOON 箭头	brb omw	在路上 立刻回来 马上
🔝		TOP arrow	置顶	homie up	向上 标识
🛐		place of worship	宗教场所	pray religion	地点 崇拜 敬神 礼拜 祈祷
⚛️		atom symbol	原子符号	atheist	无神论 物质
🕉️		om	奥姆	hindu religion	印度教 唵 宗教
✡️		star of David	六芒星	jewish judaism religion	六角星 大卫之星 大卫星 宗教 犹太教
☸️		wheel of dharma	法轮	buddhist religion	佛 宗教 舵 轮盘 达摩
☯️		yin yang	阴阳	difficult lives religion taoist total	太极 宗教 道教
✝️		latin cross	十字架	christian religion	基督 天主教 宗教
☦️		orthodox cross	东正教十字架	christian religion	基督 宗教 正教会十字
☪️		star and crescent	星月	islam muslim ramadan religion	伊斯兰 宗教 斋戒月 穆斯林
☮️		peace symbol	和平符号	healing peaceful	
🕎		menorah	烛台	candelabrum candlestick hanukkah jewish judaism	光明节 宗教 灯台 犹太教
🔯		dotted six-pointed star	带中间点的六芒星	fortune jewish judaism	六芒星加圆点 六角星 命运 犹太教
🪯		khanda	坎达	deg fateh khalsa religion sikhism	信仰 卡尔萨 善业与佩剑得胜 坎达长剑 宗教
♈️		Aries	白羊座	horoscope ram zodiac	公羊 星座 牡羊座
♉️		Taurus	金牛座	bull horoscope ox zodiac	公牛 星座
♊️		Gemini	双子座	horoscope twins zodiac	孪生子 星座
♋️		Cancer	巨蟹座	crab horoscope zodiac	星座 螃蟹
♌️		Leo	狮子座	horoscope lion zodiac	星座 雄狮
♍️		Virgo	处女座	horoscope zodiac	室女座 星座 黄道十二宫
♎️		Libra	天秤座	balance horoscope justice scales zodiac	平衡 星座 正义
♏️		Scorpio	天蝎座	horoscope scorpion scorpius zodiac	星座 蝎子
♐️		Sagittarius	射手座	archer horoscope zodiac	人马座 弓箭手 星座
♑️		Capricorn	摩羯座	goat horoscope zodiac	天宫图 山羊 星座
♒️		Aquarius	水瓶座	bearer horoscope water zodiac	星座
♓️		Pisces	双鱼座	fish horoscope zodiac	星座
⛎️		Ophiuchus	蛇夫座	bearer serpent snake zodiac	星座
🔀		shuffle tracks button	随机播放音轨按钮	arrow crossed	交叉 打乱
🔁		repeat button	重复按钮	arrow clockwise	循环播放 箭头 顺时针
🔂		repeat single button	重复一次按钮	arrow clockwise once	单曲循环 箭头 顺时针
▶️		play button	播放按钮	arrow right triangle	三角 向右 箭头
⏩️		fast-forward button	快进按钮	arrow double	双箭头 向前 快速
⏭️		next track button	下一个音轨按钮	arrow scene triangle	三角 下一曲 下一首 往后 箭头
⏯️		play or pause button	播放或暂停按钮	arrow right triangle	三角 向右
◀️		reverse button	倒退按钮	arrow left triangle	三角 倒转 后退 向左
⏪️		fast reverse button	快退按钮	arrow double rewind	倒回 双箭头 快速倒带
⏮️		last track button	上一个音轨按钮	arrow previous scene triangle	三角 上一曲 上一首 箭头
🔼		upwards button	向上三角形按钮	arrow red	向上按钮 往上 箭头
⏫️		fast up button	快速上升按钮	arrow double	双箭头 快速向上
🔽		downwards button	向下三角形按钮	arrow red	向下按钮 往下 箭头
⏬️		fast down button	快速下降按钮	arrow double	双箭头 快速向下
⏸️		pause button	暂停按钮	bar double vertical	停止 双条形
⏹️		stop button	停止按钮	square	正方形 终止
⏺️		record button	录制按钮	circle	制作 圆 录像 录音
⏏️		eject button	推出按钮		向上三角 弹出
🎦		cinema	电影院	camera film movie	剧院 场所 影片 摄影机
🔅		dim button	低亮度按钮	brightness low	昏暗
🔆		bright button	高亮度按钮	brightness light	太阳 明亮
📶		antenna bars	信号强度条	cell communication mobile phone signal	天线 手机
🛜		wireless	无线	broadband computer connectivity hotspot internet	互联网 宽带 智能手机 热点 电脑
📳		vibration mode	振动模式	cell communication mobile phone telephone	手机 震动
📴		mobile phone off	手机关机	cell telephone	关闭手机
♀️		female sign	女性符号	woman	雌性
♂️		male sign	男性符号	man	雄性
⚧️		transgender symbol	跨性别符号		
✖️		multiply	乘	cancel multiplication sign x ×	乘号 取消 相乘 符号
➕️		plus	加	+	加号 十字 数学 相加 符号
➖️		minus	减	- heavy math sign −	减号 数学 横线 符号
➗️		divide	除	division heavy math sign ÷	数学 相除 符号 除号
🟰		heavy equals sign	粗等号	answer equality math	回答 平等 数学 相等 等于
♾️		infinity	无穷大	forever unbounded universal	宇宙 无尽 极大
‼️		double exclamation mark	双感叹号	!! bangbang punctuation	两个 双叹号 吃惊 标点符号
⁉️		exclamation question mark	感叹疑问号	!? ? interrobang punctuation	叹号加问号 吃惊 标点符号 疑问惊叹号
❓️		red question mark	红色问号	? punctuation	为什么 标点符号 疑问
❔️		white question mark	白色问号	? outlined punctuation	为什么 标点符号 空心问号 问题
❕️		white exclamation mark	白色感叹号	! outlined punctuation	吃惊 标点符号 白色叹号 空心叹号
❗️		red exclamation mark	红色感叹号	! punctuation	吃惊 惊讶 标点符号
〰️		wavy dash	波浪型破折号	punctuation	标点符号 波浪线 浪花 象声号
💱		currency exchange	货币兑换	bank money	外汇 换汇 汇率 流通 银行
💲		heavy dollar sign	粗美元符号	billion cash charge currency million	现金 美刀 货币 金钱
⚕️		medical symbol	医疗标志	aesculapius medicine staff	医学 阿斯克勒庇俄斯蛇杖
♻️		recycling symbol	回收标志	recycle	再利用 再生 循环
⚜️		fleur-de-lis	百合花饰	knights	鸢尾花
🔱		trident emblem	三叉戟徽章	anchor poseidon ship tool	工具 波塞冬 船 锚
📛		name badge	姓名牌		徽章 胸牌 证章
🔰		Japanese symbol for beginner	日本新手驾驶标志	chevron green leaf tool yellow	v 型臂章 v形图案 人字形图记 军警 叶状
⭕️		hollow red circle	红色空心圆圈	heavy large	o形 大圆圈 零
✅️		check mark button	勾号按钮	checked checkmark completed done fixed	完成 绿色打勾
☑️		check box with check	勾选框	ballot checked done off tick	做好 勾号 复选框 带勾方格 打勾
✔️		check mark	勾号	checked checkmark done heavy tick	对勾 打勾 正确 符号
❌️		cross mark	叉号	cancel multiplication multiply x ×	交叉 取消 相乘 符号
❎️		cross mark button	叉号按钮	multiplication multiply square x ×	乘号 取消 方形
➰️		curly loop	卷曲环		日本单环标志
➿️		double curly loop	双卷曲环		双环 日本免费电话标志
〽️		part alternation mark	庵点		开始歌唱 歌记号 符号
✳️		eight-spoked asterisk	八轮辐星号	*	八芒星
✴️		eight-pointed star	八角星	*	符号
❇️		sparkle	火花	*	烟火 闪光 闪耀
©️		copyright	版权		
®️		registered	注册		注册标记
™️		trade mark	商标	tm trademark	产品 标志
#️⃣		keycap: #	按键: #		
*️⃣		keycap: *	按键: *		
0️⃣		keycap: 0	按键: 0	zero	
1️⃣		keycap: 1	按键: 1	one	一
2️⃣		keycap: 2	按键: 2	two	二
3️⃣		keycap: 3	按键: 3	three	三
4️⃣		keycap: 4	按键: 4	four	四
5️⃣		keycap: 5	按键: 5	five	五
6️⃣		keycap: 6	按键: 6	six	六
7️⃣		keycap: 7	按键: 7	seven	七
8️⃣		keycap: 8	按键: 8	eight	八
9️⃣		keycap: 9	按键: 9	nine	九
🔟		keycap: 10	按键: 10		
🔠		input latin uppercase	输入大写拉丁字母	abcd letters	大写字母键 打字 拉丁文 输入法
🔡		input latin lowercase	输入小写拉丁字母	abcd letters	小写字母键 打字 拉丁文 输入小写字母 输入法
🔢		input numbers	输入数字	1234	打字
🔣		input symbols	输入符号	% & ♪ 〒	字符 打字
🔤		input latin letters	输入拉丁字母	abc alphabet	打字 拉丁字母键 拉丁文 输入字母
🅰️		A button (blood type)	A型血		字母a 按钮 血型 血液
🆎		AB button (blood type)	AB型血		字母ab 按钮 血型 血液
🅱️		B button (blood type)	B型血		按钮 血型 血液
🆑		CL button	CL按钮		手机 清理 清除
🆒		COOL button	cool按钮		按键 酷
🆓		FREE button	免费按钮		不收费 自由
ℹ️		information	信息		信息中心 查询 资料
🆔		ID button	ID按钮	identity	按键 识别 身份
Ⓜ️		circled M	圆圈包围的M		字母 米
🆕		NEW button	new按钮		按键 新的
🆖		NG button	NG按钮		按键 花絮
🅾️		O button (blood type)	O 型血		o型血 字母o 按钮 血型 血液
🆗		OK button	OK按钮	okay	同意 按键
🅿️		P button	停车按钮	parking	按键 泊车
🆘		SOS button	SOS按钮	help	按键 救命 求救钮
🆙		UP! button	up按钮	mark	向上 按键
🆚		VS button	VS按钮	versus	对决 按键
🈁		Japanese “here” button	日文的“这里”按钮	katakana	按键 日语 此处 片假名
🈂️		Japanese “service charge” button	日文的“服务费”按钮	katakana	按键 收费 日文sa 日语 片假名
🈷️		Japanese “monthly amount” button	日文的“月总量”按钮	ideograph	按键 日本 月度 统计 表意文字
🈶		Japanese “not free of charge” button	日文的“收费”按钮	ideograph	按键 日本 有料 表意文字 要收费
🈯️		Japanese “reserved” button	日文的“预留”按钮	ideograph	保留 指 按键 日本 表意文字
🉐		Japanese “bargain” button	日文的“议价”按钮	ideograph	得 按键 日本 表意文字 讨价还价
🈹		Japanese “discount” button	日文的“打折”按钮	ideograph	割 折扣 按键 日本 表意文字
🈚️		Japanese “free of charge” button	日文的“免费”按钮	ideograph	免钱 按键 无 日本 表意文字
🈲		Japanese “prohibited” button	日文的“禁止”按钮	ideograph	严禁 按键 日本 表意文字
🉑		Japanese “acceptable” button	日文的“可接受”按钮	ideograph	按键 日本 表意文字 许可
🈸		Japanese “application” button	日文的“申请”按钮	ideograph	日本 日语 申请书 申请表 表意文字
🈴		Japanese “passing grade” button	日文的“合格”按钮	ideograph	及格 按键 日本 表意文字 过关
🈳		Japanese “vacancy” button	日文的“有空位”按钮	ideograph	日本 日语 空闲 表意文字
㊗️		Japanese “congratulations” button	日文的“祝贺”按钮	ideograph	庆贺 按键 日本 祝福 表意文字
㊙️		Japanese “secret” button	日文的“秘密”按钮	ideograph	保密 按键 日本 表意文字
🈺		Japanese “open for business” button	日文的“开始营业”按钮	ideograph	开门 按键 日本 营业中 表意文字
🈵		Japanese “no vacancy” button	日文的“没有空位”按钮	ideograph	座位 按键 日本 满 表意文字
🔴		red circle	红色圆	geometric	几何 红圈
🟠		orange circle	橙色圆		圆圈
🟡		yellow circle	黄色圆		黄色圆圈
🟢		green circle	绿色圆		圆圈
🔵		blue circle	蓝色圆	geometric	蓝圈
🟣		purple circle	紫色圆		紫色圆圈
🟤		brown circle	棕色圆		圆圈
⚫️		black circle	黑色圆	geometric	圈
⚪️		white circle	白色圆	geometric	白圈
🟥		red square	红色方块	card penalty	方框 正方形
🟧		orange square	橙色方块		方框 正方形
🟨		yellow square	黄色方块	card penalty	方框 正方形
🟩		green square	绿色方块		方框 正方形
🟦		blue square	蓝色方块		方框 正方形
🟪		purple square	紫色方块		方框 正方形
🟫		brown square	棕色方块		方框 正方形
⬛️		black large square	黑线大方框	geometric	正方形 黑色大方形
⬜️		white large square	白线大方框	geometric	正方形 白色方块
◼️		black medium square	黑色中方块	geometric	中等 几何 正方形
◻️		white medium square	白色中方块	geometric	中等 正方形
◾️		black medium-small square	黑色中小方块	geometric	正方形
◽️		white medium-small square	白色中小方块	geometric	中小 正方形 几何
▪️		black small square	黑色小方块	geometric	几何图形 正方形
▫️		white small square	白色小方块	geometric	正方形
🔶		large orange diamond	橙色大菱形	geometric	方片 橘色方块 橘黄色 橙色方块 钻石
🔷		large blue diamond	蓝色大菱形	geometric	方块 方片 钻石
🔸		small orange diamond	橙色小菱形	geometric	方片 橘色方块 橘黄色
🔹		small blue diamond	蓝色小菱形	geometric	方片 蓝色方块 钻石
🔺		red triangle pointed up	红色正三角	geometric	三角形 向上
🔻		red triangle pointed down	红色倒三角	geometric	三角形 向下
💠		diamond with a dot	带圆点的菱形	comic geometric	中心 内部 方块内有点 梅花形
🔘		radio button	单选按钮	geometric	单独 单选钮 圆心 按键 选中
🔳		white square button	白色方形按钮	geometric outlined	白线方形按钮 白线正方形按钮 白色正方形按钮 白边线方形按钮 白边线正方形按钮
🔲		black square button	黑色方形按钮	geometric	几何图形 黑线方形按钮 黑线正方形按钮 黑色正方形按钮 黑边线方形按钮
flags
🏁		chequered flag	黑白方格旗	checkered finish flags game race	格子旗 竞赛 终点旗
🚩		triangular flag	三角旗	construction golf post	升旗 旗杆上的三角旗 旗杆上的旗帜 红色旗帜 高尔夫
🎌		crossed flags	交叉旗	celebration japanese	对叉 旗帜 日本
🏴		black flag	黑旗	waving	举黑旗 摇黑棋 黑色旗子 黑色旗帜
🏳️		white flag	白旗	waving	举白旗 摇白旗 白色旗子 白色旗帜
🏳️‍🌈		rainbow flag	彩虹旗	bisexual gay genderqueer glbtq lesbian	双性 同性 多色 旗帜 跨性别
🏳️‍⚧️		transgender flag	跨性别旗	blue light pink white	旗帜 浅蓝色 白色 粉红色
🏴‍☠️		pirate flag	海盗旗	jolly plunder roger treasure	掠夺 海上 财宝 骷髅
🇦🇨		flag: Ascension Island	旗: 阿森松岛	ac	
🇦🇩		flag: Andorra	旗: 安道尔	ad	
🇦🇪		flag: United Arab Emirates	旗: 阿拉伯联合酋长国	ae	
🇦🇫		flag: Afghanistan	旗: 阿富汗		
🇦🇬		flag: Antigua & Barbuda	旗: 安提瓜和巴布达		
🇦🇮		flag: Anguilla	旗: 安圭拉	ai	
🇦🇱		flag: Albania	旗: 阿尔巴尼亚		
🇦🇲		flag: Armenia	旗: 亚美尼亚	am	
🇦🇴		flag: Angola	旗: 安哥拉	ao	
🇦🇶		flag: Antarctica	旗: 南极洲	aq	
🇦🇷		flag: Argentina	旗: 阿根廷		
🇦🇸		flag: American Samoa	旗: 美属萨摩亚	as	
🇦🇹		flag: Austria	旗: 奥地利	at	
🇦🇺		flag: Australia	旗: 澳大利亚		
🇦🇼		flag: Aruba	旗: 阿鲁巴	aw	
🇦🇽		flag: Åland Islands	旗: 奥兰群岛	ax	
🇦🇿		flag: Azerbaijan	旗: 阿塞拜疆		
🇧🇦		flag: Bosnia & Herzegovina	旗: 波斯尼亚和黑塞哥维那	ba	
🇧🇧		flag: Barbados	旗: 巴巴多斯	bb	
🇧🇩		flag: Bangladesh	旗: 孟加拉国	bd	
🇧🇪		flag: Belgium	旗: 比利时		
🇧🇫		flag: Burkina Faso	旗: 布基纳法索	bf	
🇧🇬		flag: Bulgaria	旗: 保加利亚	bg	
🇧🇭		flag: Bahrain	旗: 巴林	bh	
🇧🇮		flag: Burundi	旗: 布隆迪	bi	
🇧🇯		flag: Benin	旗: 贝宁	bj	
🇧🇱		flag: St. Barthélemy	旗: 圣巴泰勒米	bl	
🇧🇲		flag: Bermuda	旗: 百慕大	bm	
🇧🇳		flag: Brunei	旗: 文莱	bn	
🇧🇴		flag: Bolivia	旗: 玻利维亚		
🇧🇶		flag: Caribbean Netherlands	旗: 荷属加勒比区	bq	
🇧🇷		flag: Brazil	旗: 巴西		
🇧🇸		flag: Bahamas	旗: 巴哈马	bs	
🇧🇹		flag: Bhutan	旗: 不丹	bt	
🇧🇻		flag: Bouvet Island	旗: 布韦岛	bv	
🇧🇼		flag: Botswana	旗: 博茨瓦纳	bw	
🇧🇾		flag: Belarus	旗: 白俄罗斯	by	
🇧🇿		flag: Belize	旗: 伯利兹	bz	
🇨🇦		flag: Canada	旗: 加拿大		
🇨🇨		flag: Cocos (Keeling) Islands	旗: 科科斯（基林）群岛	cc	
🇨🇩		flag: Congo - Kinshasa	旗: 刚果（金）	cd	
🇨🇫		flag: Central African Republic	旗: 中非共和国	cf	
🇨🇬		flag: Congo - Brazzaville	旗: 刚果（布）	cg	
🇨🇭		flag: Switzerland	旗: 瑞士	ch	
🇨🇮		flag: Côte d’Ivoire	旗: 科特迪瓦	ci	
🇨🇰		flag: Cook Islands	旗: 库克群岛	ck	
🇨🇱		flag: Chile	旗: 智利	cl	
🇨🇲		flag: Cameroon	旗: 喀麦隆	cm	
🇨🇳		flag: China	旗: 中国	cn	
🇨🇴		flag: Colombia	旗: 哥伦比亚		
🇨🇵		flag: Clipperton Island	旗: 克利珀顿岛	cp	
🇨🇷		flag: Costa Rica	旗: 哥斯达黎加	cr	
🇨🇺		flag: Cuba	旗: 古巴		
🇨🇻		flag: Cape Verde	旗: 佛得角	cv	
🇨🇼		flag: Curaçao	旗: 库拉索	cw	
🇨🇽		flag: Christmas Island	旗: 圣诞岛	cx	
🇨🇾		flag: Cyprus	旗: 塞浦路斯		
🇨🇿		flag: Czechia	旗: 捷克		
🇩🇪		flag: Germany	旗: 德国	de	
🇩🇬		flag: Diego Garcia	旗: 迪戈加西亚岛	dg	
🇩🇯		flag: Djibouti	旗: 吉布提		
🇩🇰		flag: Denmark	旗: 丹麦	dk	
🇩🇲		flag: Dominica	旗: 多米尼克	dm	
🇩🇴		flag: Dominican Republic	旗: 多米尼加共和国		
🇩🇿		flag: Algeria	旗: 阿尔及利亚	dz	
🇪🇦		flag: Ceuta & Melilla	旗: 休达及梅利利亚	ea	
🇪🇨		flag: Ecuador	旗: 厄瓜多尔		
🇪🇪		flag: Estonia	旗: 爱沙尼亚	ee	
🇪🇬		flag: Egypt	旗: 埃及		
🇪🇭		flag: Western Sahara	旗: 西撒哈拉	eh	
🇪🇷		flag: Eritrea	旗: 厄立特里亚		
🇪🇸		flag: Spain	旗: 西班牙	es	
🇪🇹		flag: Ethiopia	旗: 埃塞俄比亚		
🇪🇺		flag: European Union	旗: 欧盟		
🇫🇮		flag: Finland	旗: 芬兰		
🇫🇯		flag: Fiji	旗: 斐济	fj	
🇫🇰		flag: Falkland Islands	旗: 福克兰群岛	fk	
🇫🇲		flag: Micronesia	旗: 密克罗尼西亚	fm	
🇫🇴		flag: Faroe Islands	旗: 法罗群岛	fo	
🇫🇷		flag: France	旗: 法国		
🇬🇦		flag: Gabon	旗: 加蓬		
🇬🇧		flag: United Kingdom	旗: 英国	gb	
🇬🇩		flag: Grenada	旗: 格林纳达	gd	
🇬🇪		flag: Georgia	旗: 格鲁吉亚		
🇬🇫		flag: French Guiana	旗: 法属圭亚那	gf	
🇬🇬		flag: Guernsey	旗: 根西岛	gg	
🇬🇭		flag: Ghana	旗: 加纳		
🇬🇮		flag: Gibraltar	旗: 直布罗陀		
🇬🇱		flag: Greenland	旗: 格陵兰	gl	
🇬🇲		flag: Gambia	旗: 冈比亚	gm	
🇬🇳		flag: Guinea	旗: 几内亚	gn	
🇬🇵		flag: Guadeloupe	旗: 瓜德罗普	gp	
🇬🇶		flag: Equatorial Guinea	旗: 赤道几内亚	gq	
🇬🇷		flag: Greece	旗: 希腊		
🇬🇸		flag: South Georgia & South Sandwich Islands	旗: 南乔治亚和南桑威奇群岛	gs	
🇬🇹		flag: Guatemala	旗: 危地马拉	gt	
🇬🇺		flag: Guam	旗: 关岛		
🇬🇼		flag: Guinea-Bissau	旗: 几内亚比绍	gw	
🇬🇾		flag: Guyana	旗: 圭亚那	gy	
🇭🇰		flag: Hong Kong SAR China	旗: 中国香港特别行政区	hk	
🇭🇲		flag: Heard & McDonald Islands	旗: 赫德岛和麦克唐纳群岛	hm	
🇭🇳		flag: Honduras	旗: 洪都拉斯	hn	
🇭🇷		flag: Croatia	旗: 克罗地亚	hr	
🇭🇹		flag: Haiti	旗: 海地	ht	
🇭🇺		flag: Hungary	旗: 匈牙利		
🇮🇨		flag: Canary Islands	旗: 加纳利群岛	ic	
🇮🇩		flag: Indonesia	旗: 印度尼西亚	id	
🇮🇪		flag: Ireland	旗: 爱尔兰	ie	
🇮🇱		flag: Israel	旗: 以色列	il	
🇮🇲		flag: Isle of Man	旗: 马恩岛	im	
🇮🇳		flag: India	旗: 印度		
🇮🇴		flag: British Indian Ocean Territory	旗: 英属印度洋领地	io	
🇮🇶		flag: Iraq	旗: 伊拉克	iq	
🇮🇷		flag: Iran	旗: 伊朗		
🇮🇸		flag: Iceland	旗: 冰岛	is	
🇮🇹		flag: Italy	旗: 意大利		
🇯🇪		flag: Jersey	旗: 泽西岛		
🇯🇲		flag: Jamaica	旗: 牙买加	jm	
🇯🇴		flag: Jordan	旗: 约旦		
🇯🇵		flag: Japan	旗: 日本	jp	
🇰🇪		flag: Kenya	旗: 肯尼亚		
🇰🇬		flag: Kyrgyzstan	旗: 吉尔吉斯斯坦	kg	
🇰🇭		flag: Cambodia	旗: 柬埔寨	kh	
🇰🇮		flag: Kiribati	旗: 基里巴斯		
🇰🇲		flag: Comoros	旗: 科摩罗	km	
🇰🇳		flag: St. Kitts & Nevis	旗: 圣基茨和尼维斯	kn	
🇰🇵		flag: North Korea	旗: 朝鲜	kp	
🇰🇷		flag: South Korea	旗: 韩国	kr	
🇰🇼		flag: Kuwait	旗: 科威特	kw	
🇰🇾		flag: Cayman Islands	旗: 开曼群岛	ky	
🇰🇿		flag: Kazakhstan	旗: 哈萨克斯坦	kz	
🇱🇦		flag: Laos	旗: 老挝		
🇱🇧		flag: Lebanon	旗: 黎巴嫩	lb	
🇱🇨		flag: St. Lucia	旗: 圣卢西亚	lc	
🇱🇮		flag: Liechtenstein	旗: 列支敦士登		
🇱🇰		flag: Sri Lanka	旗: 斯里兰卡	lk	
🇱🇷		flag: Liberia	旗: 利比里亚	lr	
🇱🇸		flag: Lesotho	旗: 莱索托	ls	
🇱🇹		flag: Lithuania	旗: 立陶宛	lt	
🇱🇺		flag: Luxembourg	旗: 卢森堡		
🇱🇻		flag: Latvia	旗: 拉脱维亚	lv	
🇱🇾		flag: Libya	旗: 利比亚	ly	
🇲🇦		flag: Morocco	旗: 摩洛哥	ma	
🇲🇨		flag: Monaco	旗: 摩纳哥	mc	
🇲🇩		flag: Moldova	旗: 摩尔多瓦	md	
🇲🇪		flag: Montenegro	旗: 黑山	me	
🇲🇫		flag: St. Martin	旗: 法属圣马丁	mf	
🇲🇬		flag: Madagascar	旗: 马达加斯加	mg	
🇲🇭		flag: Marshall Islands	旗: 马绍尔群岛	mh	
🇲🇰		flag: North Macedonia	旗: 北马其顿	mk	
🇲🇱		flag: Mali	旗: 马里	ml	
🇲🇲		flag: Myanmar (Burma)	旗: 缅甸	mm	
🇲🇳		flag: Mongolia	旗: 蒙古	mn	
🇲🇴		flag: Macao SAR China	旗: 中国澳门特别行政区	mo	
🇲🇵		flag: Northern Mariana Islands	旗: 北马里亚纳群岛	mp	
🇲🇶		flag: Martinique	旗: 马提尼克	mq	
🇲🇷		flag: Mauritania	旗: 毛里塔尼亚	mr	
🇲🇸		flag: Montserrat	旗: 蒙特塞拉特	ms	
🇲🇹		flag: Malta	旗: 马耳他	mt	
🇲🇺		flag: Mauritius	旗: 毛里求斯	mu	
🇲🇻		flag: Maldives	旗: 马尔代夫	mv	
🇲🇼		flag: Malawi	旗: 马拉维	mw	
🇲🇽		flag: Mexico	旗: 墨西哥	mx	
🇲🇾		flag: Malaysia	旗: 马来西亚	my	
🇲🇿		flag: Mozambique	旗: 莫桑比克	mz	
🇳🇦		flag: Namibia	旗: 纳米比亚		
🇳🇨		flag: New Caledonia	旗: 新喀里多尼亚	nc	
🇳🇪		flag: Niger	旗: 尼日尔	ne	
🇳🇫		flag: Norfolk Island	旗: 诺福克岛	nf	
🇳🇬		flag: Nigeria	旗: 尼日利亚	ng	
🇳🇮		flag: Nicaragua	旗: 尼加拉瓜		
🇳🇱		flag: Netherlands	旗: 荷兰	nl	
🇳🇴		flag: Norway	旗: 挪威		
🇳🇵		flag: Nepal	旗: 尼泊尔	np	
🇳🇷		flag: Nauru	旗: 瑙鲁	nr	
🇳🇺		flag: Niue	旗: 纽埃	nu	
🇳🇿		flag: New Zealand	旗: 新西兰	nz	
🇴🇲		flag: Oman	旗: 阿曼		
🇵🇦		flag: Panama	旗: 巴拿马		
🇵🇪		flag: Peru	旗: 秘鲁		
🇵🇫		flag: French Polynesia	旗: 法属波利尼西亚	pf	
🇵🇬		flag: Papua New Guinea	旗: 巴布亚新几内亚	pg	
🇵🇭		flag: Philippines	旗: 菲律宾		
🇵🇰		flag: Pakistan	旗: 巴基斯坦	pk	
🇵🇱		flag: Poland	旗: 波兰	pl	
🇵🇲		flag: St. Pierre & Miquelon	旗: 圣皮埃尔和密克隆群岛	pm	
🇵🇳		flag: Pitcairn Islands	旗: 皮特凯恩群岛	pn	
🇵🇷		flag: Puerto Rico	旗: 波多黎各	pr	
🇵🇸		flag: Palestinian Territories	旗: 巴勒斯坦领土	ps	
🇵🇹		flag: Portugal	旗: 葡萄牙	pt	
🇵🇼		flag: Palau	旗: 帕劳	pw	
🇵🇾		flag: Paraguay	旗: 巴拉圭	py	
🇶🇦		flag: Qatar	旗: 卡塔尔		
🇷🇪		flag: Réunion	旗: 留尼汪	re	
🇷🇴		flag: Romania	旗: 罗马尼亚		
🇷🇸		flag: Serbia	旗: 塞尔维亚	rs	
🇷🇺		flag: Russia	旗: 俄罗斯		
🇷🇼		flag: Rwanda	旗: 卢旺达		
🇸🇦		flag: Saudi Arabia	旗: 沙特阿拉伯		
🇸🇧		flag: Solomon Islands	旗: 所罗门群岛	sb	
🇸🇨		flag: Seychelles	旗: 塞舌尔	sc	
🇸🇩		flag: Sudan	旗: 苏丹	sd	
🇸🇪		flag: Sweden	旗: 瑞典	se	
🇸🇬		flag: Singapore	旗: 新加坡	sg	
🇸🇭		flag: St. Helena	旗: 圣赫勒拿	sh	
🇸🇮		flag: Slovenia	旗: 斯洛文尼亚	si	
🇸🇯		flag: Svalbard & Jan Mayen	旗: 斯瓦尔巴和扬马延	sj	
🇸🇰		flag: Slovakia	旗: 斯洛伐克	sk	
🇸🇱		flag: Sierra Leone	旗: 塞拉利昂	sl	
🇸🇲		flag: San Marino	旗: 圣马力诺	sm	
🇸🇳		flag: Senegal	旗: 塞内加尔	sn	
🇸🇴		flag: Somalia	旗: 索马里		
🇸🇷		flag: Suriname	旗: 苏里南	sr	
🇸🇸		flag: South Sudan	旗: 南苏丹	ss	
🇸🇹		flag: São Tomé & Príncipe	旗: 圣多美和普林西比	st	
🇸🇻		flag: El Salvador	旗: 萨尔瓦多	sv	
🇸🇽		flag: Sint Maarten	旗: 荷属圣马丁	sx	
🇸🇾		flag: Syria	旗: 叙利亚		
🇸🇿		flag: Eswatini	旗: 斯威士兰	sz	
🇹🇦		flag: Tristan da Cunha	旗: 特里斯坦-达库尼亚群岛		
🇹🇨		flag: Turks & Caicos Islands	旗: 特克斯和凯科斯群岛	tc	
🇹🇩		flag: Chad	旗: 乍得	td	
🇹🇫		flag: French Southern Territories	旗: 法属南部领地	tf	
🇹🇬		flag: Togo	旗: 多哥	tg	
🇹🇭		flag: Thailand	旗: 泰国		
🇹🇯		flag: Tajikistan	旗: 塔吉克斯坦	tj	
🇹🇰		flag: Tokelau	旗: 托克劳	tk	
🇹🇱		flag: Timor-Leste	旗: 东帝汶	tl	
🇹🇲		flag: Turkmenistan	旗: 土库曼斯坦	tm	
🇹🇳		flag: Tunisia	旗: 突尼斯	tn	
🇹🇴		flag: Tonga	旗: 汤加		
🇹🇷		flag: Türkiye	旗: 土耳其	tr	
🇹🇹		flag: Trinidad & Tobago	旗: 特立尼达和多巴哥	tt	
🇹🇻		flag: Tuvalu	旗: 图瓦卢	tv	
🇹🇼		flag: Taiwan	旗: 台湾	tw	
🇹🇿		flag: Tanzania	旗: 坦桑尼亚	tz	
🇺🇦		flag: Ukraine	旗: 乌克兰	ua	
🇺🇬		flag: Uganda	旗: 乌干达		
🇺🇲		flag: U.S. Outlying Islands	旗: 美国本土外小岛屿	um	
🇺🇳		flag: United Nations	旗: 联合国		
🇺🇸		flag: United States	旗: 美国	us	
🇺🇾		flag: Uruguay	旗: 乌拉圭	uy	
🇺🇿		flag: Uzbekistan	旗: 乌兹别克斯坦		
🇻🇦		flag: Vatican City	旗: 梵蒂冈		
🇻🇨		flag: St. Vincent & Grenadines	旗: 圣文森特和格林纳丁斯	vc	
🇻🇪		flag: Venezuela	旗: 委内瑞拉		
🇻🇬		flag: British Virgin Islands	旗: 英属维尔京群岛	vg	
🇻🇮		flag: U.S. Virgin Islands	旗: 美属维尔京群岛		
🇻🇳		flag: Vietnam	旗: 越南	vn	
🇻🇺		flag: Vanuatu	旗: 瓦努阿图	vu	
🇼🇫		flag: Wallis & Futuna	旗: 瓦利斯和富图纳	wf	
🇼🇸		flag: Samoa	旗: 萨摩亚	ws	
🇽🇰		flag: Kosovo	旗: 科索沃	xk	
🇾🇪		flag: Yemen	旗: 也门		
🇾🇹		flag: Mayotte	旗: 马约特	yt	
🇿🇦		flag: South Africa	旗: 南非	za	
🇿🇲		flag: Zambia	旗: 赞比亚	zm	
🇿🇼		flag: Zimbabwe	旗: 津巴布韦	zw	
🏴󠁧󠁢󠁥󠁮󠁧󠁿		flag: England	旗: 英格兰	gbeng	
🏴󠁧󠁢󠁳󠁣󠁴󠁿		flag: Scotland	旗: 苏格兰	gbsct	
🏴󠁧󠁢󠁷󠁬󠁳󠁿		flag: Wales	旗: 威尔士	gbwls	`;var Y=["smileys","people","nature","food","travel","activities","objects","symbols","flags"];function re(a){let[o="",n,t="",r="",e="",s=""]=a.split("	");return{emoji:o,tones:n==="1",en:t,zh:r,words:` ${t} ${r} ${e} ${s}`.toLowerCase()}}var A;function S(){if(A)return A;let a=new Map,o=[];for(let n of Z.split(`
`))n.includes("	")?o.push(re(n)):a.set(n,o=[]);return A={groups:a,all:[...a.values()].flat()}}var te=/\p{sc=Han}/u;function Q(a){let o=a.toLowerCase().split(/\s+/).filter(Boolean);if(!o.length)return[];let n=e=>e.emoji===a.trim()||o.every(s=>te.test(s)?e.words.includes(s):e.words.includes(` ${s}`)),t=o[0]??"",r=e=>e.zh.startsWith(t)||e.en.startsWith(t)?0:e.zh.includes(t)||e.en.includes(t)?1:2;return S().all.filter(n).map((e,s)=>({e,i:s})).sort((e,s)=>r(e.e)-r(s.e)||e.i-s.i).map(e=>e.e)}function E(a,o){if(!o||!a.tones)return a.emoji;let[n="",...t]=Array.from(a.emoji);return t[0]==="️"&&t.shift(),n+String.fromCodePoint(127994+o)+t.join("")}var d=K(D),m=42,X=3,_={recent:"🕘",smileys:"😀",people:"👋",nature:"🌿",food:"🍎",travel:"🚗",activities:"⚽",objects:"💡",symbols:"💬",flags:"🏁"};function O(a,o){return{emoji:E(a,o),name:M.value==="en"?a.en:a.zh}}function le(a,o){if(a)return[{group:"found",title:"",emoji:Q(a).map(e=>O(e,o))}];let n=new Map(S().all.map(e=>[e.emoji,O(e,0).name])),t=T().map(e=>({emoji:e,name:n.get(e)??n.get(e.replace(/[\u{1f3fb}-\u{1f3ff}]/u,""))??e})),r=Y.map(e=>({group:e,title:d(e),emoji:(S().groups.get(e)??[]).map(s=>O(s,o))}));return[{group:"recent",title:d("recent"),emoji:t},...r]}function se({tone:a,onTone:o}){return l("label",{class:"emoji-tone",children:[l("span",{class:"spoken",children:d("tone")}),l("select",{value:a,onChange:n=>o(Number(n.currentTarget.value)),children:[0,1,2,3,4,5].map(n=>l("option",{value:n,"aria-label":d(`tone${n}`),children:E({emoji:"✋",tones:!0},n)},n))})]})}function ce({rows:a,now:o,onGo:n}){let t=[...new Set(a.map(r=>r.group))].filter(r=>r in _);return l("div",{class:"emoji-tabs",role:"group","aria-label":d("title"),children:t.map(r=>l("button",{type:"button","aria-label":d(r),title:d(r),"aria-pressed":r===o,onClick:()=>n(a.findIndex(e=>e.group===r)),children:_[r]},r))})}function ge({rows:a,first:o,last:n,at:t,across:r,id:e,onPick:s,onOver:f}){let v=a.reduce((h,p)=>h+p.cells.length,0);return l("div",{class:"emoji-grid",role:"listbox","aria-label":d("title"),id:`${e}g`,style:{height:`${a.length*m}px`,"--across":String(r)},children:a.slice(o,n).map((h,p)=>l("div",{class:"emoji-row",role:"presentation",style:{transform:`translateY(${(o+p)*m}px)`},children:[h.title&&l("div",{class:"emoji-title",role:"presentation",children:h.title}),h.cells.map(g=>l("div",{role:"option",id:`${e}e${g.place}`,"aria-selected":g.place===t,"aria-setsize":v,"aria-posinset":g.place+1,"aria-label":g.name,title:g.name,onClick:()=>s(g.emoji),onPointerMove:()=>g.place!==t&&f(g.place),children:g.emoji},g.place))]},o+p))})}function ze({onPick:a,onClose:o}){let n=k(""),t=k(-1),r=k(H()),e=k(0),s=k({height:300,across:8}),f=q(null),v=q(null),h=J(),{across:p,height:g}=s.value,b=n.value.trim(),u=L(()=>W(le(b,r.value),p),[b,r.value,p,M.value]),ee=Math.max(0,Math.floor(e.value/m)-X),ae=Math.ceil((e.value+g)/m)+X,y=u[z(u,t.value)]?.cells.find(i=>i.place===t.value),x=u.reduce((i,c)=>i+c.cells.length,0);B(()=>{let i=()=>{let c=f.current;c&&(s.value={height:c.clientHeight,across:Math.max(4,Math.floor((c.clientWidth-12)/m))})};return i(),addEventListener("resize",i),()=>removeEventListener("resize",i)},[]),G(()=>{matchMedia("(pointer: fine)").matches&&v.current?.focus({preventScroll:!0})},[]);let j=i=>{f.current&&(e.value=f.current.scrollTop=i*m)},oe=i=>{t.value=i;let c=z(u,i),w=f.current;c<0||!w||(c*m<w.scrollTop?j(Math.max(0,c-1)):(c+1)*m>w.scrollTop+g&&j(c+1-Math.floor(g/m)))},N=i=>{F(i),a(i)},ie=i=>{let c=t.value;return i==="ArrowDown"?c<0?0:I(u,c,1):i==="ArrowUp"?c<0?null:I(u,c,-1):c<0?null:i==="ArrowRight"?Math.min(x-1,c+1):i==="ArrowLeft"?Math.max(0,c-1):null},ne=i=>{if(i.isComposing)return;let c=ie(i.key);if(i.key==="Escape")o();else if(i.key==="Enter"){let w=y??(b?u[0]?.cells[0]:void 0);w&&N(w.emoji)}else if(c!==null&&x)oe(c);else return;i.preventDefault(),i.stopPropagation()};return l("div",{class:"emoji-picker",role:"dialog","aria-label":d("title"),onKeyDown:i=>{i.key==="Escape"&&(i.stopPropagation(),o())},children:[l("div",{class:"emoji-head",children:[l("div",{class:"find-field",children:[l(C,{name:"search",size:16}),l("input",{ref:v,role:"combobox",value:n.value,onInput:i=>{n.value=i.currentTarget.value,t.value=n.value.trim()?0:-1,j(0)},onKeyDown:ne,placeholder:d("search"),"aria-label":d("search"),"aria-expanded":!0,"aria-controls":`${h}g`,"aria-autocomplete":"list","aria-activedescendant":y?`${h}e${y.place}`:void 0,autocomplete:"off",maxLength:100})]}),l("button",{type:"button",class:"icon-button small","aria-label":R("common.close"),onClick:o,children:l(C,{name:"close",size:16})})]}),!b&&l(ce,{rows:u,now:u[Math.floor((e.value+m/2)/m)]?.group??"",onGo:j}),l("div",{class:"emoji-scroll",ref:f,tabIndex:0,onScroll:i=>e.value=i.currentTarget.scrollTop,children:l(ge,{rows:u,first:ee,last:ae,at:t.value,across:p,id:h,onPick:N,onOver:i=>t.value=i})}),l("div",{class:"emoji-foot",children:[l("p",{role:"status",children:b&&!x?d("none"):y?l(P,{children:[l("span",{children:y.emoji})," ",y.name]}):b?d("found",{n:x}):""}),l(se,{tone:r.value,onTone:i=>{V(i),r.value=i}})]})]})}export{ze as EmojiPicker};
