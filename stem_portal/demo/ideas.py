"""What pupils of the demonstration province invent: field, kind, title and summary."""

from __future__ import annotations

from typing import NamedTuple


class Idea(NamedTuple):
    field: str
    kind: str
    title: str
    summary: str


IDEAS = {
    # Of the open contest of ideas
    "dust": Idea("embedded-systems", "engineering", "Trạm đo bụi mịn cho cổng trường giờ tan học", "Nhóm đặt cảm biến PM2.5 ở ba vị trí quanh cổng trường, ghi số liệu mỗi năm phút trong hai tuần và vẽ biểu đồ theo giờ. Kết quả giúp nhà trường đổi lối đón học sinh để tránh khói xe."),
    "rain": Idea("environmental-engineering", "engineering", "Bộ lọc nước mưa từ than gáo dừa và sỏi sông Sài Gòn", "Chúng em so sánh bốn cách xếp lớp lọc, đo độ đục trước và sau, rồi chọn cách rẻ nhất cho nhà trọ công nhân. Bộ lọc làm từ chai nhựa cũ, thay lõi trong mười phút."),
    "keep_apart": Idea("robotics", "engineering", "Xe robot nhắc bạn giữ khoảng cách trong căng tin", "Xe dùng cảm biến siêu âm và loa nhỏ, chạy theo vạch kẻ trên sàn. Nhóm thử 40 lượt vào giờ ăn trưa và chỉnh tốc độ để không làm các em lớp 6 giật mình."),
    "led": Idea("plant-science", "science", "Ảnh hưởng của ánh sáng đèn LED đỏ - xanh đến rau muống trồng trong nhà", "Ba chậu rau dưới ba loại ánh sáng được đo chiều cao, số lá và khối lượng sau 21 ngày. Nhóm lặp lại thí nghiệm hai lần và tính sai số."),
    "garden": Idea("embedded-systems", "engineering", "Vườn treo tự tưới theo độ ẩm đất ở hành lang tầng ba", "Mạch điều khiển bơm hai phút khi đất khô, tiết kiệm 35 % nước so với tưới tay. Pin mặt trời nhỏ nuôi mạch suốt tuần."),
    "sleep": Idea("social-behavioural", "science", "Học sinh lớp 8 ngủ bao nhiêu vào đêm trước ngày kiểm tra?", "Khảo sát ẩn danh 186 bạn trong ba tuần, so sánh ngày thường và ngày kiểm tra. Nhóm đề xuất lịch kiểm tra không dồn vào một ngày."),
    # Of the science and engineering fair
    "lamp": Idea("embedded-systems", "engineering", "Đèn học tự chỉnh độ sáng theo ánh sáng trong phòng", "Cảm biến quang đo ánh sáng trên mặt bàn, mạch chỉnh đèn để trang vở luôn có khoảng 500 lux. Chúng em đo ở sáu phòng trọ có học sinh và so số phút mỏi mắt mà các bạn tự ghi."),
    "buoy": Idea("environmental-engineering", "engineering", "Phao đo độ đục và nhiệt độ nước sông Sài Gòn", "Phao làm từ can nhựa cũ mang hai cảm biến và gửi số liệu về lớp mười phút một lần. Nhóm thả phao ở bến Bạch Đằng trong 18 ngày, so với mẫu đo tay và tìm ra giờ nước đục nhất sau mưa."),
    "alarm": Idea("embedded-systems", "engineering", "Báo cháy sớm cho dãy phòng trọ bằng cảm biến khói và nhiệt", "Năm phòng nối nhau bằng sóng vô tuyến: một phòng báo thì cả dãy cùng kêu. Nhóm thử 60 lần với khói nhang, khói bếp và hơi nước, chỉnh ngưỡng để số lần báo nhầm giảm từ 14 xuống 2."),
    "banana": Idea("materials", "science", "Màng bọc thực phẩm từ tinh bột vỏ chuối", "Chúng em nấu màng theo bốn tỉ lệ tinh bột và glyxerin, đo độ dai, độ hút nước và số ngày phân hủy trong đất vườn trường. Mẫu tốt nhất bọc được bánh mì hai ngày mà không rách."),
    "roof": Idea("energy-physical", "engineering", "Mái trồng rau làm mát phòng học dưới tầng mái", "Hai mô hình phòng học giống nhau, một có khay rau trên mái, một không. Sau 25 ngày nắng, phòng có khay rau mát hơn trung bình 3,1 °C lúc 13 giờ; nhóm tính cả lượng nước tưới và tải trọng."),
    "bicycle": Idea("energy-physical", "engineering", "Xe đạp tập thể dục sạc đèn cho thư viện trường", "Máy phát lấy từ quạt cũ, mạch ổn áp sạc bình 12 V. Nhóm đo công suất của 24 lượt đạp, ghi hao phí ở từng khâu và cho biết cần bao nhiêu phút đạp để thắp sáng một buổi đọc sách."),
    "bacteria": Idea("microbiology", "science", "Lá ổi và lá trầu: loại nào ức chế vi khuẩn trên tay tốt hơn?", "Nhóm ngâm lá theo ba nồng độ, cấy mẫu lấy từ tay trước và sau khi rửa, đếm khuẩn lạc sau 24 giờ. Nước lá trầu 10 % giảm số khuẩn lạc nhiều nhất, nhưng các lần lặp lại còn khác nhau."),
    "rice": Idea("mathematics", "science", "Dự đoán lượng cơm thừa ở bếp bán trú bằng hồi quy", "Chúng em cân cơm thừa 45 ngày, ghi thời tiết, thực đơn và số học sinh, rồi lập mô hình hồi quy. Sau ba tuần nhà bếp nấu theo dự đoán, lượng cơm bỏ đi giảm 27 %."),
    "canal": Idea("robotics", "engineering", "Cánh tay gắp rác nổi trên kênh đi qua phường", "Cánh tay ba khớp gắn trên phao, điều khiển từ bờ bằng sóng vô tuyến. Nhóm thử với chai nhựa, túi ni lông và lục bình, ghi lại loại rác nào gắp được và vì sao lục bình thì không."),
    "board": Idea("mechanical-engineering", "engineering", "Máy lau bảng chạy bằng hai động cơ máy in hỏng", "Thanh lau trượt trên ray nhôm, dừng bằng công tắc hành trình, lau hết bảng trong 18 giây. Bụi phấn được hút vào hộp nước; nhóm cân bụi trước và sau để so với lau tay."),
    "bank": Idea("earth-environment", "engineering", "Cảnh báo sạt lở bờ sông bằng cảm biến nghiêng và sóng LoRa", "Cọc tre gắn cảm biến nghiêng gửi số liệu qua LoRa về trường, xa 2,4 km. Nhóm theo dõi chín cọc trong hai tháng mưa và so các lần cảnh báo với ảnh chụp bờ sông hằng tuần."),
    "pot": Idea("plant-science", "science", "Giấy đổi màu cho biết chậu cây cần tưới", "Giấy tẩm muối côban thường dùng ở phòng thí nghiệm được thay bằng giấy nhuộm lá cẩm. Chúng em so màu với độ ẩm đo bằng cân trong 20 ngày và lập bảng màu cho ba loại cây ở hành lang."),
    "yoghurt": Idea("microbiology", "science", "Sữa chua nào giữ được nhiều lợi khuẩn hơn sau bảy ngày?", "So sánh ba cách bảo quản bằng phương pháp đếm khuẩn lạc tại phòng thí nghiệm của trung tâm. Mẫu được xử lý an toàn sau thí nghiệm."),
    # Of the contest that is being judged
    "bicycles": Idea("systems-software", "engineering", "Ứng dụng tìm chỗ gửi xe đạp còn trống ở sân trường", "Camera cũ đếm chỗ trống và hiện lên màn hình ở cổng. Chương trình viết bằng Python, không lưu hình ảnh của ai."),
    "stick": Idea("biomedical-engineering", "engineering", "Gậy dò đường có rung cho người khiếm thị", "Hai cảm biến ở hai độ cao giúp nhận ra bậc thềm và cành cây ngang mặt. Nhóm thử cùng ba thành viên Hội Người mù và sửa tay cầm theo góp ý."),
    "queue": Idea("mathematics", "science", "Mô phỏng hàng chờ ở căng tin để rút ngắn giờ ăn trưa", "Chúng em ghi thời gian của 210 lượt mua, mô phỏng ba cách xếp quầy và thử cách tốt nhất trong một tuần: thời gian chờ giảm từ 9 còn 5 phút."),
    # Of last year's challenge
    "flood": Idea("earth-environment", "science", "Bản đồ điểm ngập quanh trường sau mưa lớn", "Nhóm đo mực nước ở 12 điểm sau bảy trận mưa, vẽ bản đồ và gửi phường kiến nghị nạo vét hai hố ga."),
    "cans": Idea("mechanical-engineering", "engineering", "Máy ép vỏ lon nhôm dùng chân cho sân trường", "Máy làm từ khung xe đạp cũ, ép một lon trong hai giây, có nắp che để không kẹp tay. Tiền bán nhôm góp vào quỹ sách lớp."),
    "bricks": Idea("materials", "science", "Bã cà phê và vỏ trấu có làm gạch nhẹ hơn mà vẫn đủ cứng?", "Chúng em trộn theo năm tỉ lệ, nén thử và đo lực làm vỡ. Mẫu 15 % bã cà phê nhẹ hơn 18 % và vẫn chịu được yêu cầu của lối đi vườn trường."),
    "bin": Idea("robotics", "engineering", "Thùng rác biết phân biệt nhựa và giấy bằng học máy", "Mô hình nhận diện 1.200 ảnh tự chụp, đúng 91 % trên ảnh mới. Nhóm bàn cả những trường hợp máy nhầm và cách người dùng sửa."),
    "butterflies": Idea("animal-science", "science", "Bướm trong vườn trường xuất hiện nhiều vào giờ nào?", "Quan sát 30 buổi, ghi loài và thời tiết. Kết quả giúp lớp chọn loài hoa trồng thêm."),
    "oven": Idea("energy-physical", "engineering", "Bếp năng lượng mặt trời từ thùng giấy của xưởng đóng gói", "Bếp dùng giấy bạc và kính cũ, đạt 82 °C sau 50 phút nắng trưa. Nhóm đo nhiệt độ ở năm góc nghiêng và vẽ bản hướng dẫn cho các lớp khác."),
}  # fmt: skip
