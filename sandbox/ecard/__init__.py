"""The e-card platform 电子社保卡 as seen through its service bus (platforms §4)."""
