"""Where something is, in people's own words: the same place in its spellings, and its neighbours (INT-6)."""

import pytest

from models.places import read_place, same_place, same_room

SAME = """
3#楼电梯 = 3号楼电梯
B1车库 = 负一楼地下停车场
B1车库 = 地下一层车库
负一楼地下停车场 = 地下一层车库
廿一号楼电梯 = 21号楼电梯
三栋 = 3幢
3座 = 三号楼
Building 3 lift = 3栋电梯
1#大堂 = 1号楼大厅
5栋二单元电梯 = 五幢2单元电梯
地下二层停车库 = B2停车场
-1层车库 = B1车库
lift in building 5 = 5号楼电梯
Tower B lobby = B座大堂
南大门岗亭 = 南门岗亭
12幢顶楼天台 = 12栋屋顶
西南门 = 西南大门
south-west gate = southwest gate
三十二号楼一层大堂 = 32栋1楼大厅
1、2号楼之间 = 一二号楼之间
1号楼和2号楼之间 = 1-2栋中间
3栋5楼走廊 = 三号楼五层楼道
儿童游乐场旁边 = 儿童游乐场
卅号楼电梯间 = 30栋电梯
2号楼客梯 = 2栋电梯
9号楼门口 = 9栋门口
10#楼2单元门禁 = 十栋二单元门禁
地库B2 = B2车库
underground garage level 2 = B2 garage
A栋电梯 = A座电梯
3号楼电梯 = 三栋的电梯
3-电梯 = 3号楼电梯
１号楼大堂 = 1号楼 大堂
十二号楼大厅 = 12栋大厅
地下车库B2 = B2车库
负二层车库 = 地下车库B2
Lift 3 = lift no. 3
小区南门岗亭 = 南门岗亭
31栋楼顶 = 31栋天台
31号楼顶 = 31栋天台
31号楼楼顶 = 31栋天台
31号楼顶层 = 31号楼天面
45栋3F走廊 = 45栋三楼楼道
45号楼3F走廊 = 45栋3层过道
45号楼道 = 45栋走廊
33栋2单元电梯 = 33-2电梯
33-2 电梯 = 33幢二单元升降机
32栋楼顶水箱 = 32栋天台水箱
35栋1号电梯 = 35栋电梯
39栋后面花园 = 39栋后花园
37栋单元门 = 37栋楼下大门
37号楼下大门 = 37栋单元门
43号楼消防楼梯 = 43号楼梯间
43号楼消防楼梯 = 43号楼楼梯间
42栋垃圾房 = 42栋垃圾站
北门快递柜 = 北门丰巢
北门丰巢柜 = 北门的快递柜
南门门岗 = 南门保安亭
34栋一楼大堂 = 34栋大厅
34栋1F lobby = 34栋大堂
地下一层水泵房 = B1泵房
非机动车库 = 自行车棚
39栋后边的草坪 = 39栋后草坪
3栋电梯 = 三号楼电梯
3#楼 1号梯 = 3栋1号电梯
3栋一号梯 = 3号楼1号电梯
3#楼1号梯 = 3栋电梯1
三号楼1#电梯 = 3栋1号梯
3栋1梯 = 三号楼1号电梯
地库B2 = 负二层车库
地下车库二层 = B2车库
车库负二层 = 地库B2
B2层停车场 = 地下二层车库
负二楼停车场 = 地库负2层
地下停车场 = 地库
地下室车库 = 地库
东门 = 东大门
小区东门 = 东大门
东门出入口 = 东大门
东侧大门 = 东门
东门口 = 东门
东面的门 = 东大门
3栋大堂 = 3栋一楼大厅
大堂 = 一楼大厅
一层大厅 = 大堂
3号楼首层大堂 = 3栋大厅
入户大堂 = 大堂
3栋入户大堂 = 3号楼大堂
3栋单元门 = 3号楼楼门
3栋楼门口 = 3栋门口
3栋2单元门口 = 三号楼二单元大门
3栋2单元门 = 3-2单元门
货梯 = 货运电梯
3栋货梯 = 3号楼货运电梯
3栋消防梯 = 3号楼消防电梯
3栋左侧电梯 = 3栋左边电梯
3栋东侧电梯 = 3号楼东边电梯
车库入口 = 地库入口
B1车库入口 = 地下一层车库进口
地库出口 = 车库出口
地库2号出口 = 车库2号出口
南门车库入口 = 南门地库入口
大门岗 = 大门岗亭
正门 = 大门
小区正门 = 正大门
会所 = 小区会所
3栋1楼电梯厅 = 三号楼一层电梯厅
中心花园 = 小区中心花园
lift 2, building 3 = 3栋2号电梯
Building 3 Lift No.2 = 3号楼2号梯
main gate = 大门
East Gate = 东门
basement 2 car park = 地库B2
3栋一单元一号梯 = 3栋1单元1号电梯
3号楼A梯 = 3栋A电梯
三栋B座电梯 = 3栋B座电梯
车库B2层A区 = B2车库A区
负一车库 = B1车库
负1车库 = B1车库
-2车库 = B2车库
地下2层停车场 = 负二层地库
3栋1单元门厅 = 3号楼一单元大堂
"""
OTHER = """
南门 = 西南门
9号楼电梯 = 9号楼
一二号楼之间 = 12号楼
东门 = 东南门
3栋电梯 = 13栋电梯
B1车库 = B2车库
3栋1单元电梯 = 3栋2单元电梯
3栋电梯 = 3栋大堂
北区车库 = 南区车库
A座大堂 = B座大堂
三楼大厅 = 三号楼大厅
地面停车场 = 地下停车场
5栋5楼走廊 = 5栋6楼走廊
二十一号楼 = 十一号楼
1、2号楼之间 = 2、3号楼之间
垃圾房 = 水泵房
南门岗亭 = 北门岗亭
23号楼电梯 = 2、3号楼电梯
电梯 = 3号楼电梯
车库 = 车库入口
6栋货梯 = 6栋客梯
Building 3 lift = Building 13 lift
east gate = north-east gate
building 2 lobby = building 2 lift
一期3栋 = 二期3栋
1层大堂 = -1层大堂
游泳池 = 游乐场
3栋1203门口 = 3栋1204门口
B座 = B1层
10号楼大堂 = 1号楼大堂
1号楼电梯 = 11号楼电梯
3栋1单元电梯 = 3栋2单元电梯
东门 = 西门
3楼大厅 = 3号楼大厅
north lobby = south lobby
34栋大堂 = 34栋二楼大厅
34栋大堂 = 34栋负一楼大堂
35栋1号电梯 = 35栋2号电梯
33-1电梯 = 33栋2单元电梯
33-2电梯 = 32栋2单元电梯
1-2栋中间 = 1栋2单元
39栋前花园 = 39栋后花园
41栋垃圾房 = 42栋垃圾站
南门快递柜 = 北门丰巢
37栋单元门 = 37栋单元门禁
37栋单元门 = 37栋楼下花园
31栋楼顶 = 31栋楼道
31栋楼顶 = 32栋天台
45栋3F走廊 = 45栋4F走廊
配电房 = 泵房
1号梯 = 2号梯
3栋1号梯 = 3栋2号梯
东大门 = 西大门
东门 = 东南大门
3栋货梯 = 3栋客梯
3栋货梯 = 3栋消防梯
3栋电梯 = 4栋电梯
地库B1 = 地库B2
负一层车库 = 负二层车库
B2车库 = 地面停车场
一楼大厅 = 二楼大厅
3栋大堂 = 4栋大堂
3栋大堂 = 3栋二楼大厅
3栋A梯 = 3栋B梯
3栋1单元1号梯 = 3栋2单元1号梯
3栋1单元门 = 3栋2单元门
车库入口 = 车库出口
地库1号出口 = 地库2号出口
3栋楼门口 = 3栋电梯
3栋左侧电梯 = 3栋右侧电梯
3栋东侧电梯 = 3栋西侧电梯
正门 = 后门
大门 = 侧门
东门 = 东门岗亭
东门 = 东门车库入口
3栋楼梯 = 3栋电梯
3栋电梯 = 3栋电梯厅
B2车库A区 = B2车库B区
大堂 = 大门
大堂 = 负一楼大堂
会所 = 会所泳池
3栋一楼走廊 = 3栋二楼走廊
3栋 = 3栋电梯
中心花园 = 3栋花园
3栋1梯 = 3栋2梯
消防通道 = 消防电梯
lift 1 = lift 2
east gate = west gate
3号楼1号梯 = 1号楼3号梯
地库B2 = B2栋
人行东门 = 车行东门
东门 = 北门
地库2号出口 = 车库2号入口
"""


def pairs(table: str) -> list[list[str]]:
    return [line.split(" = ") for line in table.strip().splitlines()]


@pytest.mark.parametrize(
    ("one", "other", "same"), [(*pair, True) for pair in pairs(SAME)] + [(*pair, False) for pair in pairs(OTHER)]
)
def test_a_place_is_known_in_its_spellings_and_no_other_for_it__INT_6(one: str, other: str, same: bool) -> None:
    places = read_place(one), read_place(other)
    assert same_place(*places) is same_place(*reversed(places)) is same


DOORS = ("3栋1203门口", "三号楼1203室门前", "3-1203厨房", "3#楼2单元1203", "building 3, 1203", "3栋12层1203")
NOWHERE = ("", " ", "-", "。", "的", "0", "\0", "|", "12" * 200, "A" * 200, "一" * 200, "十" * 200, "#", "b", "号楼")


@pytest.mark.parametrize("said", DOORS)
def test_a_room_is_known_whatever_is_said_of_its_door__INT_6(said: str) -> None:
    assert same_room(read_place(said), read_place("3-1203"))
    assert same_room(read_place(said), read_place("3-2-1203"))
    for other in ("3-1204", "13-1203", "3栋12楼", "1203", ""):
        assert not same_room(read_place(said), read_place(other)), other


@pytest.mark.parametrize("said", NOWHERE)
def test_what_says_no_place_is_no_place_and_no_fault(said: str) -> None:
    assert not same_place(read_place(said), read_place("3栋"))
    assert read_place(said).room_keys() == []
