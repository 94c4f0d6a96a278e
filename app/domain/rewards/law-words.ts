/** The words by which the law check knows a clear breach, in English and Korean, one way of saying it a line. */

const any = (...ways: string[]) => new RegExp(ways.join('|'), 'iu')

/** Praise as the price of a reward, or silence on what was not liked. */
export const PRAISE = any(
  '\\b(5|five)[\\s-]*stars?\\b(?![\\s-]*(hotel|luxury|quality|towel|service|comfort|spa|linen|bedding))',
  '[★⭐]{4,5}',
  '\\b[45]\\s*(or|/|-|to)\\s*5\\s*-?\\s*stars?\\b',
  '\\b(change|edit|update|delete|remove|take down)\\b[^.!?]{0,30}\\b(reviews?|ratings?|stars?)\\b',
  '(낮은|나쁜|안 좋은|1점|별점)[가-힣\\s]{0,8}(지워|지우|삭제|고쳐|수정|올려|바꿔)',
  '\\b(positive|good|great|nice|glowing|happy|best|top|kind|lovely)[\\s-]+(\\w+[\\s-]+)?(reviews?|ratings?|feedback|words?)\\b',
  '\\b(say|write|post)\\s+(some\\w+|sumthing|things?)?\\s*(nice|good|kind|lovely)\\b',
  '\\b(love|loved|liked?|happy|satisfied|enjoyed)\\b[^.!]{0,40}\\b(reviews?|rate|rating|tell us|say so|stars?)\\b',
  '\\b(reviews?|rate|rating)\\b[^.!?]{0,30}\\b(if|when|only)\\b[^.!?]{0,20}\\b(love|loved|liked?|happy|satisfied|enjoyed)',
  '\\b(rate|give|leave)\\s+us\\s+(an?\\s+)?(5|five|top|high|full)',
  '\\b(unhappy|bad|negative|not happy|disappointed|didn.?t like)\\b[^.!]{0,40}\\b(don.?t|do not|instead|contact|before|e-?mail|write to)\\b',
  '\\bonly\\b[^.!?]{0,20}\\b(4|5|four|five|high)[^.!?]{0,12}\\b(stars?|ratings?|reviews?)\\b',
  '[45]\\s*점\\s*(이상|만점|후기|리뷰|을|주|평가|짜리)',
  '만점\\s*(리뷰|후기|별점|평가|주)',
  '별\\s*(다섯|5|네|4)',
  '별점\\s*(5|다섯|만점|높|4)',
  '(좋은|긍정|칭찬|호평|최고|예쁜|착한)[가-힣]*\\s*(\\S+\\s+)?(리뷰|후기|평가|평점|별점|한마디|말|글)(?!과|와|이든)',
  '(만족|마음에|좋았|좋으|맘에|행복)[가-힣\\s]{0,12}(리뷰|후기|평가|별점)',
  '(불만|나쁜|부정|악평|별로|아쉬)[가-힣\\s]{0,16}(대신|말고|문의|연락|남기지|제외|빼고|삭제)',
  '(리뷰|후기)[가-힣\\s]{0,8}(칭찬|호평)',
)
/** Takes the sting out of all of that. */
export const ANY_RATING = any(
  '\\b(hated|either way|real opinion|never pay)\\b',
  '(만족|좋|칭찬)[가-힣]*든\\s*[가-힣]+든|만\\s*받지\\s*않|있는\\s*그대로',
  '\\b(any|whatever|every|all|regardless of|no matter)\\b(?![^.!?]{0,12}\\b[45]\\b)[^.!?]{0,24}\\b(ratings?|stars?|opinions?|reviews?|say|think|thought|liked?|loved?)\\b',
  '\\bhonest\\b|\\bgood or bad\\b|\\blove it or not\\b|\\bpositive or negative\\b|\\b(good|bad)\\s+and\\s+(good|bad)\\b',
  '(별점|점수|평점)(과|와|에|은|는)?\\s*(상관|무관|관계)',
  '솔직|좋든\\s*나쁘든|좋아도\\s*나빠도|칭찬이든|(어떤|무슨)\\s*(별점|점수|평가|내용)|몇\\s*점',
)

const LEAVING =
  '(unsub?scrib\\w*|opt(s|ed|ting)?[\\s-]*out|leav(e|ing)\\s+(the|our)\\s+(list|newsletter|club)|(stop|turn|switch)(ping|ing)?\\s+(off\\s+)?(our\\s+|the\\s+)?(e-?mails?|news\\w*|sms|texts?|notifications?)|cancel(ling)?\\s+(your\\s+)?(subscription|consent)|withdraw\\w*)'
const GOES =
  '(lose|lost|cancel\\w*|void|expires?|forfeit\\w*|revoked?|gone|goes|removed?|invalid|back|no longer|ends?|taken|charged?|disappears?|stops?\\s+working|take\\s+back|vanish\\w*|no code|no (discount|credit|reward|coupon))'
const QUITS = '(거부|철회|해지|취소|끊|끄|해제|차단|중단|탈퇴)'
const KOREAN_GOES = '(소멸|회수|취소|사라|무효|환수|반환|없어|박탈|불가|못|만료|삭제|뱉|돌려|빠이|끝|가져가|안녕)'
/** The benefit goes when the consent goes. */
export const CONSENT_LOSS = any(
  `\\b${LEAVING}\\b[^!]{0,50}\\b${GOES}\\b`,
  `\\b${GOES}\\b[^.!?]{0,50}\\b${LEAVING}\\b`,
  '\\bstay\\s+on\\s+(our|the)\\s+list\\s+to\\s+keep',
  '\\b(as long as|while|so long as)\\b[^.!?]{0,20}\\b(subscribed|subscribers?|stay|on (the|our) list)',
  '\\b(stay|remain)\\s+subscribed\\b[^.!?]{0,20}\\b(to keep|or|keep)\\b',
  '\\bonly\\s+(for|while)\\s+(active\\s+)?subscribers?\\b',
  '\\bfor\\s+(readers|subscribers|those)\\s+who\\s+stay\\b',
  `(수신|구독|동의|마케팅|광고|소식|알림|문자|메일|톡)[가-힣\\s·()]{0,12}${QUITS}[^.!?~]{0,24}${KOREAN_GOES}`,
  `${QUITS}(면|으면|시면)[^.!?]{0,12}${KOREAN_GOES}`,
  `(소멸|회수|환수|무효|취소)[가-힣\\s]{0,20}(수신|구독|동의)[가-힣\\s]{0,8}${QUITS}`,
  '(수신|구독)?\\s*동의\\s*(를|을)?\\s*유지(하셔야|해야)|철회\\s*시\\s*(회수|소멸|취소)',
  '(수신|구독|동의|알림)[가-힣\\s]{0,6}(유지|하는 동안|중|켜)[가-힣\\s]{0,10}(만|동안|해야|에만|에 한해|조건)',
)
/** It stays. */
export const KEPT = any(
  '(?<!\\bto )\\bkeep\\s+(it|the|your|this)\\b|\\bstill\\s+(yours|valid|works?)\\b|\\b(stays?|remains?)\\s+yours\\b',
  '\\b(not|never|won.?t|don.?t|without)\\s+(lose|lost|losing|taken?|taking|cancel\\w*|expire)',
  '그대로|계속\\s*(쓸|쓰|사용|드)|(사라지|소멸되|회수하|취소되|없어지)지\\s*않|안\\s*(사라|없어|뺏)|여전히|남아|(?<!동의\\s유지하셔야\\s[^.!?]{0,20})(할인|혜택|쿠폰|적립금)[가-힣\\s]{0,6}유지(돼|되|됩)(?![^.]*회수)',
)

/** Agreeing that nobody has said. */
export const AUTOMATIC = any(
  '(?<!\\bno )\\bpre[\\s-]*(ticked|checked|selected)|\\balready\\s+(ticked|checked|signed|subscribed|opted|added)',
  '\\bautomatic(ally)?\\b[^.!?]{0,30}\\b(subscri\\w*|sign\\w*|join\\w*|enrol\\w*|opt\\w*\\s+in|consent\\w*|agree\\w*|list|news\\w*|e-?mails?)',
  '\\b(add|put|sign)\\w*\\s+(you|everyone)\\b[^.!?]{0,30}\\b(list|news\\w*)\\b[^.!?]{0,16}\\bautomatically',
  '\\b(subscrib|sign|opt|enrol)\\w*\\s+(\\w+\\s+){0,3}(automatically|by default)\\b|\\bauto[\\s-]*(subscri|enrol|opt|join|sign)',
  '\\b(by|when|if)\\s+(you\\s+)?(plac\\w+\\s+(an|your)\\s+)?(buy|purchas|order|check\\w*\\s*out|pay|us|visit|brows|continu|shop)\\w*\\b[^.!?]{0,40}\\b(agree|consent|subscrib|sign(ed)?\\s+up|opt(ed)?\\s+in|join|accept|are added|added to)',
  '\\b(order|purchase|checkout|buy)\\w*\\b[^.!?]{0,14}\\b(and|means|=)\\b[^.!?]{0,24}\\b(on our (mailing )?list|subscrib\\w*|consent\\w*|agree\\w*)',
  '\\bunless\\s+you\\s+(untick|uncheck|opt|tell|say)|\\b(untick|uncheck)\\b',
  '\\b(every|all)\\s+(order|buyer|purchase|customer)s?\\b[^.!?]{0,24}\\b(subscribed|signed\\s+up|joins?|added)',
  '자동(으로)?[가-힣\\s]{0,14}(동의|수신|가입|구독|등록|신청|체크|선택)(?![가-힣\\s]{0,6}(없|않|아니|안))',
  '(미리|이미|기본)[가-힣으로\\s]{0,8}(체크|동의|선택|가입|수신)|(체크|동의)[가-힣\\s]{0,8}미리\\s*(해|돼|되)',
  '(구매|주문|결제|가입|이용|방문)[가-힣\\s]{0,8}(시|하면|하시면|하는|만 해도|즉시|과 동시에|하신|=)[가-힣\\s,]{0,14}(동의|수신|구독|소식|마케팅)[가-힣\\s]{0,14}(간주|처리|됩니다|돼요|된|자동|것으로|한 걸로|포함|동의)',
  '(구매|주문|결제|가입)\\s*=\\s*[^.!?]{0,14}(동의|수신|구독)',
  '(동의|수신)[가-힣\\s]{0,6}(간주|의제)|체크\\s*(되어|돼|해\\s*(두|뒀|놨|놓))',
  '(거절|거부|해제|말씀)[가-힣\\s]{0,4}(안|없|않)[가-힣\\s]{0,6}(하면|으면|시면)[^.!?]{0,20}(보내|동의|알게|간주)',
)

/** An end that is not there. */
export const URGENT = any(
  '\\b(today|tonight)\\s+only\\b|\\bonly\\s+(today|tonight|for\\s+today)\\b',
  '\\b(last|final)\\s+(chance|day|hours?|call|minutes?|few hours)\\b',
  '\\b(ends?|ending|gone|expires?|over)\\s+(today|tonight|soon|(at|by) midnight|in\\s+(\\d+|an|a few|one|two|three)\\s+(hours?|minutes?|hrs?|mins?))\\b',
  '\\b(hours?|minutes?)\\s+(left|only|remaining)\\b|\\b(hurry|act now|now or never|before midnight)\\b',
  '\\b(24|48|12|6|3|2)[\\s-]*(h|hrs?|hours?)\\s+(only|left|sale|deal|flash)\\b',
  '오늘만|오늘\\s*(하루|안에|까지|밤|자정|마감|단|지나|이\\s*지나|놓치)|단\\s*하루|하루\\s*만(?!에)',
  '마지막\\s*(기회|날|찬스|하루|시간)|마감\\s*(임박|직전|까지)|(몇|\\d+|세|두|한)\\s*시간\\s*(만|남|뒤|후|안|내|밖)',
  '자정(까지|이면|에)|곧\\s*(종료|마감|사라|끝)|지금\\s*(아니면|안\\s*사면|놓치면)|서두르|놓치면\\s*끝|품절\\s*임박|막차|내일이면',
)

/** Nothing to do and nothing to spend. */
export const UNCONDITIONAL = any(
  '\\bno\\s+(strings?|conditions?|catch|requirements?|hoops)\\b|\\bunconditional(ly)?\\b|\\bzero\\s+conditions?\\b',
  '\\bwithout\\s+(any\\s+)?(conditions?|strings|a catch|requirements?)\\b|\\bfor\\s+nothing\\b',
  '\\b(don.?t|do not|needn.?t)\\s+(have|need)\\s+to\\s+do\\s+(a|any)\\s*thing|\\bnothing\\s+to\\s+do\\b',
  '조건\\s*(없|無|제로|따윈|NO\\b|no\\b|[xX×])|무조건\\s*(드|할인|적립|무료|지급|증정|\\d|받)|아무\\s*조건|노\\s*조건|하실?\\s*일은?\\s*(하나도\\s*)?없|그냥\\s*(드려|드림|드립)|아무것도\\s*안\\s*(하|해)',
)
/** No least basket. */
export const NO_MINIMUM = any(
  '\\bno\\s+(minimum|min|least|limits?|spend)\\b|\\bwithout\\s+(any\\s+|a\\s+)?minimum\\b(?!\\?)|\\bzero\\s+minimum\\b|\\b(on\\s+)?any\\s+(order|amount|basket)\\b',
  '\\b(whatever|however (much|little|small)|no matter (what|how (much|small)))\\s+(you\\s+(spend|buy|order)|(the|your) (basket|order))|\\bevery\\s+basket\\b',
  '최소\\s*(주문|구매)?\\s*(금액|액)?\\s*(은|이|도)?\\s*(없|無|제로|NO\\b|no\\b|[xX×])|금액\\s*(과|에|은)?\\s*(상관|관계|무관|제한)|얼마를?\\s*(사|사든|담|구매|주문)|얼마든|단돈\\s*\\S+도|전\\s*구매|전\\s*주문',
)

/** Percentages: digits of any width, words, and halves. */
export const PERCENT = /(\d{1,3}(?:[.,]\d+)?)\s*(?:%|percent\b|per cent\b|퍼센트|프로(?![가-힣]))/giu
export const PERCENT_IN_WORDS: readonly [RegExp, number][] = [
  [/\bhalf\s+(price|off)\b|\b(for|at)\s+half\b|반값|절반\s*(가|할인)/iu, 50],
  [/\bfifty[\s-]+per\s*cent\b|(오십)\s*(퍼센트|프로)/iu, 50],
  [/\bforty[\s-]+per\s*cent\b|(사십)\s*(퍼센트|프로)/iu, 40],
  [/\bthirty[\s-]+per\s*cent\b|(삼십)\s*(퍼센트|프로)/iu, 30],
  [/\btwenty[\s-]+per\s*cent\b|(?<!오)(이십)\s*(퍼센트|프로)/iu, 20],
  [/\bfifteen[\s-]+per\s*cent\b|(십오)\s*(퍼센트|프로)/iu, 15],
  [/(?<!\w)ten[\s-]+per\s*cent\b|(?<![이삼사오육칠팔구])십\s*(퍼센트|프로)/iu, 10],
]
/** "100% cotton", "It was 10 % last year": no promise of money off. */
export const NO_PROMISE_AFTER =
  /^\s*(cotton|wool|silk|linen|natural|organic|vegan|pure|real|recycled|satisf|guarant|safe|sure|genuine|leather|merino|authentic|honest|happy|cacao|cocoa|(dark |milk )?chocolate|에서|nonsense|arabica|\w+ (last|a) year|last year|만족|환불|재활용|당첨|솔직|진심|수제|원두|한우|캐시미어|천연|유기농|비건|정품|국내산|국산|카카오|잠옷|실크|울|린넨)/iu
export const NO_PROMISE_BEFORE = /(cotton|wool|silk|linen|순면|면|울|실크|린넨|카카오|함량|원단|was|used to be)\s*$/iu
