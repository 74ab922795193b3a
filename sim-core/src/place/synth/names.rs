//! Names of the invented towns. They sound like their regions and are meant to be nobody's.

use super::TerrainKind;
use super::plan::Quarter;
use crate::base::text::Text;

pub fn city(kind: TerrainKind) -> Text {
    match kind {
        TerrainKind::DeltaPolder => Text::new("沧浦市（虚构）", "Cangpu (invented)"),
        TerrainKind::LakeShore => Text::new("漪城区（虚构）", "Yicheng (invented)"),
        TerrainKind::MountainValley => Text::new("青岚县（虚构）", "Qinglan (invented)"),
    }
}

const OLD: [(&str, &str); 8] = [
    ("钟楼", "Zhonglou"),
    ("南门", "Nanmen"),
    ("弇山", "Yanshan"),
    ("桥东", "Qiaodong"),
    ("桥西", "Qiaoxi"),
    ("北水关", "Beishuiguan"),
    ("粮仓", "Liangcang"),
    ("书院", "Shuyuan"),
];
const NEW: [(&str, &str); 12] = [
    ("朝晖", "Zhaohui"),
    ("锦绣", "Jinxiu"),
    ("望江", "Wangjiang"),
    ("春申", "Chunshen"),
    ("柳岸", "Liu'an"),
    ("嘉禾", "Jiahe"),
    ("景明", "Jingming"),
    ("和美", "Hemei"),
    ("云帆", "Yunfan"),
    ("新桥", "Xinqiao"),
    ("北辰", "Beichen"),
    ("星湖", "Xinghu"),
];
const VILLAGE: [(&str, &str); 20] = [
    ("陆家浜", "Lujiabang"),
    ("沈巷", "Shenxiang"),
    ("杨漕", "Yangcao"),
    ("三里桥", "Sanliqiao"),
    ("顾泾", "Gujing"),
    ("新塘", "Xintang"),
    ("石桥头", "Shiqiaotou"),
    ("荷花池", "Hehuachi"),
    ("朱家宅", "Zhujiazhai"),
    ("西漾", "Xiyang"),
    ("东岸", "Dong'an"),
    ("洪泾", "Hongjing"),
    ("塘湾", "Tangwan"),
    ("白米", "Baimi"),
    ("毛塔", "Maota"),
    ("金星", "Jinxing"),
    ("永丰", "Yongfeng"),
    ("半泾", "Banjing"),
    ("泥桥", "Niqiao"),
    ("双港", "Shuanggang"),
];
const WORKS: [(&str, &str); 6] = [
    ("经开一区", "Development Park 1"),
    ("经开二区", "Development Park 2"),
    ("纺织园", "Textile Park"),
    ("装备园", "Machinery Park"),
    ("物流园", "Logistics Park"),
    ("科创园", "Science Park"),
];
const PORT: [(&str, &str); 3] = [("港口", "Harbour"), ("化工园", "Chemical Park"), ("作业区", "Terminal")];

/// Key and name of zone `k` (from 0) of a quarter.
pub fn zone(quarter: Quarter, k: usize) -> (String, Text) {
    let numbered = |list: &[(&str, &str)], suffix: (&str, &str)| {
        let (zh, en) = list[k % list.len()];
        let round = k / list.len();
        let (zh_round, en_round) = if round == 0 {
            (String::new(), String::new())
        } else {
            (format!("{}", round + 1), format!(" {}", round + 1))
        };
        Text::new(format!("{zh}{zh_round}{}", suffix.0), format!("{en}{en_round}{}", suffix.1))
    };
    let n = k + 1;
    match quarter {
        Quarter::OldTown => (format!("old_town_{n}"), numbered(&OLD, ("社区", " Community"))),
        Quarter::NewTown => (format!("newtown_{n}"), numbered(&NEW, ("社区", " Community"))),
        Quarter::Village => (format!("village_{n}"), numbered(&VILLAGE, ("村", " Village"))),
        Quarter::Works => (format!("industry_{n}"), numbered(&WORKS, ("", ""))),
        Quarter::Port => (format!("port_{n}"), numbered(&PORT, ("", ""))),
    }
}

/// Towns and sub-districts (镇/街道): key and name.
pub fn town(key: &str) -> Text {
    match key {
        "old_town" => Text::new("城厢街道", "Chengxiang Sub-district"),
        "new_town" => Text::new("新城街道", "Xincheng Sub-district"),
        "port_town" => Text::new("港区", "Port District"),
        "west_town" => Text::new("西塘镇", "Xitang Town"),
        "south_town" => Text::new("南泾镇", "Nanjing-zhen Town"),
        _ => Text::new("东圩镇", "Dongwei Town"),
    }
}

const EAST_WEST: [(&str, &str); 10] = [
    ("太平路", "Taiping Road"),
    ("人民路", "Renmin Road"),
    ("上海路", "Shanghai Road"),
    ("郑和路", "Zhenghe Road"),
    ("县府街", "Xianfu Street"),
    ("向阳路", "Xiangyang Road"),
    ("滨河路", "Binhe Road"),
    ("北环路", "North Ring Road"),
    ("通港路", "Tonggang Road"),
    ("沿江路", "Yanjiang Road"),
];
const NORTH_SOUTH: [(&str, &str); 12] = [
    ("西环路", "West Ring Road"),
    ("西塘路", "Xitang Road"),
    ("柳州路", "Liuzhou Road"),
    ("武陵街", "Wuling Street"),
    ("新华路", "Xinhua Road"),
    ("东仓路", "Dongcang Road"),
    ("常胜路", "Changsheng Road"),
    ("兴业路", "Xingye Road"),
    ("东环路", "East Ring Road"),
    ("港城路", "Gangcheng Road"),
    ("东方路", "Dongfang Road"),
    ("江滨路", "Jiangbin Road"),
];

/// Name of the `k`-th main road.
pub fn road(east_west: bool, k: usize) -> String {
    let name = |list: &[(&str, &str)]| {
        let (zh, en) = list[k % list.len()];
        let round = k / list.len();
        if round == 0 { format!("{zh} {en}") } else { format!("{zh}{} {en} {}", round + 1, round + 1) }
    };
    if east_west { name(&EAST_WEST) } else { name(&NORTH_SOUTH) }
}

/// Name of the `k`-th canal (from 0).
pub fn canal(k: usize) -> (&'static str, &'static str) {
    const CANALS: [(&str, &str); 9] = [
        ("七里塘", "Qilitang"),
        ("杨泾塘", "Yangjingtang"),
        ("浏浦", "Liupu"),
        ("钱泾", "Qianjing"),
        ("石头港", "Shitougang"),
        ("新开河", "Xinkaihe"),
        ("横沥", "Hengli"),
        ("盐铁浦", "Yantiepu"),
        ("湖川", "Huchuan"),
    ];
    CANALS[k % CANALS.len()]
}
