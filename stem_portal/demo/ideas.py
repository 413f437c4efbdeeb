"""What pupils of the demonstration province invent: field, kind, title and summary."""

IDEAS = [
    ("embedded-systems", "engineering", "Trạm đo bụi mịn cho cổng trường giờ tan học", "Nhóm đặt cảm biến PM2.5 ở ba vị trí quanh cổng trường, ghi số liệu mỗi năm phút trong hai tuần và vẽ biểu đồ theo giờ. Kết quả giúp nhà trường đổi lối đón học sinh để tránh khói xe."),
    ("environmental-engineering", "engineering", "Bộ lọc nước mưa từ than gáo dừa và sỏi sông Sài Gòn", "Chúng em so sánh bốn cách xếp lớp lọc, đo độ đục trước và sau, rồi chọn cách rẻ nhất cho nhà trọ công nhân. Bộ lọc làm từ chai nhựa cũ, thay lõi trong mười phút."),
    ("robotics", "engineering", "Xe robot nhắc bạn giữ khoảng cách trong căng tin", "Xe dùng cảm biến siêu âm và loa nhỏ, chạy theo vạch kẻ trên sàn. Nhóm thử 40 lượt vào giờ ăn trưa và chỉnh tốc độ để không làm các em lớp 6 giật mình."),
    ("plant-science", "science", "Ảnh hưởng của ánh sáng đèn LED đỏ - xanh đến rau muống trồng trong nhà", "Ba chậu rau dưới ba loại ánh sáng được đo chiều cao, số lá và khối lượng sau 21 ngày. Nhóm lặp lại thí nghiệm hai lần và tính sai số."),
    ("energy-physical", "engineering", "Bếp năng lượng mặt trời từ thùng giấy của xưởng đóng gói", "Bếp dùng giấy bạc và kính cũ, đạt 82 °C sau 50 phút nắng trưa. Nhóm đo nhiệt độ ở năm góc nghiêng và vẽ bản hướng dẫn cho các lớp khác."),
    ("systems-software", "engineering", "Ứng dụng tìm chỗ gửi xe đạp còn trống ở sân trường", "Camera cũ đếm chỗ trống và hiện lên màn hình ở cổng. Chương trình viết bằng Python, không lưu hình ảnh của ai."),
    ("materials", "science", "Bã cà phê và vỏ trấu có làm gạch nhẹ hơn mà vẫn đủ cứng?", "Chúng em trộn theo năm tỉ lệ, nén thử và đo lực làm vỡ. Mẫu 15 % bã cà phê nhẹ hơn 18 % và vẫn chịu được yêu cầu của lối đi vườn trường."),
    ("biomedical-engineering", "engineering", "Gậy dò đường có rung cho người khiếm thị", "Hai cảm biến ở hai độ cao giúp nhận ra bậc thềm và cành cây ngang mặt. Nhóm thử cùng ba thành viên Hội Người mù và sửa tay cầm theo góp ý."),
    ("social-behavioural", "science", "Học sinh lớp 8 ngủ bao nhiêu vào đêm trước ngày kiểm tra?", "Khảo sát ẩn danh 186 bạn trong ba tuần, so sánh ngày thường và ngày kiểm tra. Nhóm đề xuất lịch kiểm tra không dồn vào một ngày."),
    ("embedded-systems", "engineering", "Vườn treo tự tưới theo độ ẩm đất ở hành lang tầng ba", "Mạch điều khiển bơm hai phút khi đất khô, tiết kiệm 35 % nước so với tưới tay. Pin mặt trời nhỏ nuôi mạch suốt tuần."),
    ("chemistry", "science", "Giấy chỉ thị pH từ bắp cải tím và hoa đậu biếc", "Chúng em so màu của hai loại giấy với dung dịch chuẩn và lập bảng màu cho phòng thí nghiệm. Giá một bộ chỉ 3.000 đồng."),
    ("earth-environment", "science", "Bản đồ điểm ngập quanh trường sau mưa lớn", "Nhóm đo mực nước ở 12 điểm sau bảy trận mưa, vẽ bản đồ và gửi phường kiến nghị nạo vét hai hố ga."),
    ("mathematics", "science", "Mô phỏng hàng chờ ở căng tin để rút ngắn giờ ăn trưa", "Chúng em ghi thời gian của 210 lượt mua, mô phỏng ba cách xếp quầy và thử cách tốt nhất trong một tuần: thời gian chờ giảm từ 9 còn 5 phút."),
    ("mechanical-engineering", "engineering", "Máy ép vỏ lon nhôm dùng chân cho sân trường", "Máy làm từ khung xe đạp cũ, ép một lon trong hai giây, có nắp che để không kẹp tay. Tiền bán nhôm góp vào quỹ sách lớp."),
    ("microbiology", "science", "Sữa chua nào giữ được nhiều lợi khuẩn hơn sau bảy ngày?", "So sánh ba cách bảo quản bằng phương pháp đếm khuẩn lạc tại phòng thí nghiệm của trung tâm. Mẫu được xử lý an toàn sau thí nghiệm."),
    ("physics-astronomy", "science", "Vì sao loa giấy cuộn hình nón nghe to hơn?", "Nhóm đo cường độ âm với sáu góc nón và ba loại giấy, giải thích bằng sự truyền năng lượng sóng âm."),
    ("robotics", "engineering", "Thùng rác biết phân biệt nhựa và giấy bằng học máy", "Mô hình nhận diện 1.200 ảnh tự chụp, đúng 91 % trên ảnh mới. Nhóm bàn cả những trường hợp máy nhầm và cách người dùng sửa."),
    ("animal-science", "science", "Bướm trong vườn trường xuất hiện nhiều vào giờ nào?", "Quan sát 30 buổi, ghi loài và thời tiết. Kết quả giúp lớp chọn loài hoa trồng thêm."),
]  # fmt: skip
